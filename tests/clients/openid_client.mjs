// The npm package openid-client, as anyone installs it, against a running server:
// discovery, registration, a token by private_key_jwt and DPoP, introspection
// plain and signed, revocation. Reads what it needs from standard input as JSON,
// prints what it was told as JSON.
//
//   node openid_client.mjs ALG    (ES256 or EdDSA)

import * as oauth from 'openid-client'
import { readFileSync } from 'node:fs'

const [alg] = process.argv.slice(2)
const given = JSON.parse(readFileSync(0, 'utf8'))
const issuer = new URL(given.issuer)
// Plain HTTP, because the server is on this machine.
const local = { algorithm: 'oauth2', execute: [oauth.allowInsecureRequests] }

const keys = alg === 'EdDSA'
  ? await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  : await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)

const nobody = await oauth.discovery(issuer, 'nobody', undefined, oauth.None(), local)
const device = await oauth.dynamicClientRegistration(
  issuer,
  {
    facility_code: given.facility_code,
    user_id: given.user_id,
    password: given.password,
    jwks: { keys: [{ kty, crv, x, ...(y && { y }) }] },
    client_name: 'openid-client',
    software_version: '6',
    device: { platform: 'android', model: 'test', os_version: '16' },
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    scope: 'eligibility',
  },
  oauth.PrivateKeyJwt(keys.privateKey),
  { ...local, initialAccessToken: given.code, DPoP: oauth.getDPoPHandle(nobody, keys) },
)
const proved = { DPoP: oauth.getDPoPHandle(device, keys) }
const token = await oauth.clientCredentialsGrant(device, { scope: 'eligibility' }, proved)

const service = (metadata) =>
  oauth.discovery(issuer, given.service_id, metadata, oauth.ClientSecretBasic(given.service_secret), local)
const plain = await service()
const answer = await oauth.tokenIntrospection(plain, token.access_token)
// The library checks the signature against the published keys by itself.
const signed = await service({ introspection_signed_response_alg: 'ES256' })
const evidence = await oauth.tokenIntrospection(signed, token.access_token)

await oauth.tokenRevocation(device, token.access_token)
const after = await oauth.tokenIntrospection(plain, token.access_token)
const second = await oauth.clientCredentialsGrant(device, { scope: 'eligibility' }, proved)
const again = await oauth.tokenIntrospection(plain, second.access_token)

console.log(JSON.stringify({
  client_id: device.clientMetadata().client_id,
  token_type: token.token_type,
  answer,
  evidence,
  after,
  again,
}))
