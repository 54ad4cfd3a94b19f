"""The PyPI package requests-oauth2client, as anyone installs it, against a running
server: discovery, registration, a token by private_key_jwt and DPoP, introspection,
revocation. Reads what it needs from standard input as JSON, prints what it was told
as JSON.

    python requests_oauth2.py ALG    (ES256 or EdDSA)
"""

import json
import sys

import jwskate
import requests
import requests_oauth2client as oauth

alg = sys.argv[1]
given = json.load(sys.stdin)
discovery = given["issuer"] + "/.well-known/oauth-authorization-server"
server = requests.get(discovery, timeout=20).json()

key = jwskate.Jwk.generate(alg=alg, **({"crv": "Ed25519"} if alg == "EdDSA" else {})).with_kid_thumbprint()
proofs = oauth.DPoPKey(key, alg=alg)
public = key.public_jwk().to_dict()
# The activation code is an access token like any other: the library sends it with
# a proof made for it.
registered = requests.post(
    server["registration_endpoint"],
    json={
        "facility_code": given["facility_code"],
        "user_id": given["user_id"],
        "password": given["password"],
        "jwks": {"keys": [public]},
        "client_name": "requests-oauth2client",
        "software_version": "1",
        "device": {"platform": "windows", "model": "test", "os_version": "11"},
    },
    auth=oauth.DPoPToken(given["code"], _dpop_key=proofs),
    timeout=20,
)
assert registered.status_code == 201, registered.text
client_id = registered.json()["client_id"]

device = oauth.OAuth2Client.from_discovery_endpoint(
    discovery, issuer=given["issuer"], auth=oauth.PrivateKeyJwt(client_id, key, alg=alg), testing=True
)
token = device.client_credentials(scope="eligibility", dpop=True, dpop_key=proofs)

service = oauth.OAuth2Client.from_discovery_endpoint(
    discovery,
    issuer=given["issuer"],
    auth=oauth.ClientSecretBasic(given["service_id"], given["service_secret"]),
    testing=True,
)
answer = service.introspect_token(token.access_token)
device.revoke_access_token(token.access_token)
after = service.introspect_token(token.access_token)
second = device.client_credentials(scope="eligibility", dpop=True, dpop_key=proofs)
again = service.introspect_token(second.access_token)

print(
    json.dumps(
        {
            "client_id": client_id,
            "token_type": token.token_type,
            "answer": answer,
            "after": after,
            "again": again,
        }
    )
)
