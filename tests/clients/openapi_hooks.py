"""Lets schemathesis in: requests that its document allows are signed as a device
would, so that good answers are held to the document as well as refusals.

Reads what it needs from the file named by UKETSUKE_TEST_GIVEN, as JSON.
"""

import json
import os

import jwskate
import requests
import schemathesis
from schemathesis import GenerationMode

with open(os.environ["UKETSUKE_TEST_GIVEN"], encoding="utf-8") as file:
    given = json.load(file)
issuer = given["issuer"]
key = jwskate.Jwk.generate(alg="ES256").with_kid_thumbprint()


public = key.public_jwk().minimize().to_dict()


def signed(claims, typ="JWT", **headers):
    claims = {**claims, "iat": jwskate.Jwt.timestamp(), "jti": os.urandom(16).hex()}
    return str(jwskate.Jwt.sign(claims, key, alg="ES256", typ=typ, extra_headers=headers))


def proof(method, path):
    return signed({"htm": method, "htu": issuer + path}, typ="dpop+jwt", jwk=public)


def assertion():
    until = jwskate.Jwt.timestamp() + 60
    return signed({"iss": client["client_id"], "sub": client["client_id"], "aud": issuer, "exp": until})


answer = requests.post(
    issuer + "/oauth/register",
    json={
        "facility_code": given["facility_code"],
        "user_id": given["user_id"],
        "password": given["password"],
        "jwks": {"keys": [public]},
    },
    headers={"Authorization": "Bearer " + given["code"], "DPoP": proof("POST", "/oauth/register")},
    timeout=20,
)
assert answer.status_code == 201, answer.text
client = answer.json()


def as_device(case):
    if "client_assertion" in case.body:
        case.body["client_assertion"] = assertion()
        case.body.pop("client_id", None)
    if "DPoP" in (case.headers or {}):
        case.headers["DPoP"] = proof(case.method.upper(), case.path)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    if case.path == "/oauth/register/{client_id}" and case.method.upper() == "GET":
        case.path_parameters = {"client_id": client["client_id"]}
        case.headers["Authorization"] = "Bearer " + client["registration_access_token"]
    elif isinstance(case.body, dict):
        as_device(case)
