# What an app and the eligibility service send, with curl; `uketsuke device` makes the
# key and signs. API, FACILITY, USER_ID, PASSWORD, CODE, SERVICE and SERVICE_SECRET are set.
set -eu

uketsuke device key --key device.json > jwks.json
proof() { uketsuke device proof --key device.json --method "$1" --url "$2"; }

# 1. Discover.
curl -sS "$API/.well-known/oauth-authorization-server" > server.json
at() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" server.json; }

# 2. Activate.
curl -sS "$(at registration_endpoint)" \
  -H "Authorization: Bearer $CODE" -H "DPoP: $(proof POST "$(at registration_endpoint)")" \
  -H "Content-Type: application/json" \
  -d "{\"facility_code\":\"$FACILITY\",\"user_id\":\"$USER_ID\",\"password\":\"$PASSWORD\",\"jwks\":$(cat jwks.json)}" \
  > client.json
CLIENT=$(sed 's/.*"client_id":"\([^"]*\)".*/\1/' client.json)
assertion() { uketsuke device assertion --key device.json --client-id "$CLIENT" --audience "$API"; }

# 3. A token for ten minutes.
curl -sS "$(at token_endpoint)" -H "DPoP: $(proof POST "$(at token_endpoint)")" \
  -d grant_type=client_credentials -d scope=eligibility \
  -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
  -d client_assertion="$(assertion)" > token.json
TOKEN=$(sed 's/.*"access_token":"\([^"]*\)".*/\1/' token.json)

# 4. The check at the card, as the eligibility service.
curl -sS "$(at introspection_endpoint)" -u "$SERVICE:$SERVICE_SECRET" -d token="$TOKEN"
echo

# 5. What blocks this device? Nothing.
curl -sS "$API/api/v1/diagnose" \
  -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
  -d client_assertion="$(assertion)"
echo
