"""Signatures after the Standard Webhooks convention."""

import base64

import pytest

from integrations.kit.standard_webhooks import sign, verify
from integrations.manifest import NotSigned

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret of thirty-two bytes").decode()
BODY = b'{"type":"order.upserted","n":1}'
AT = 1_780_000_000


def test_a_signed_message_is_known_by_its_id_and_each_of_two_secrets_will_do() -> None:
    headers = sign(f"{OTHER} {SECRET}", id="msg_1", body=BODY, at=AT)
    assert headers["webhook-signature"].count("v1,") == 2
    assert verify(headers, BODY, SECRET, now=AT + 299) == "msg_1"
    assert verify(sign(SECRET, id="msg_1", body=BODY, at=AT), BODY, f"{OTHER} {SECRET}", now=AT - 299) == "msg_1"


def test_the_signature_is_the_one_of_the_convention() -> None:
    # Computed with the reference: base64(HMAC-SHA256(key, "msg_1.1780000000." + body)).
    import hashlib
    import hmac

    wanted = hmac.new(b"0123456789abcdef0123456789abcdef", b"msg_1.1780000000." + BODY, hashlib.sha256).digest()
    told = sign(SECRET, id="msg_1", body=BODY, at=AT)["webhook-signature"]
    assert told == "v1," + base64.b64encode(wanted).decode()


@pytest.mark.parametrize(
    ("change", "body", "secret", "now"),
    [
        ({}, BODY + b" ", SECRET, AT),
        ({}, BODY, OTHER, AT),
        ({}, BODY, "", AT),
        ({}, BODY, "whsec_", AT),
        ({}, BODY, "whsec_not base64!", AT),
        ({}, BODY, SECRET, AT + 301),
        ({}, BODY, SECRET, AT - 301),
        ({"webhook-id": "msg_2"}, BODY, SECRET, AT),
        ({"webhook-id": ""}, BODY, SECRET, AT),
        ({"webhook-id": "x" * 201}, BODY, SECRET, AT),
        ({"webhook-timestamp": str(AT + 1)}, BODY, SECRET, AT),
        ({"webhook-timestamp": "soon"}, BODY, SECRET, AT),
        ({"webhook-timestamp": "١٧٨٠٠٠٠٠٠٠"}, BODY, SECRET, AT),
        ({"webhook-signature": ""}, BODY, SECRET, AT),
        ({"webhook-signature": "v2,abc v1, v1"}, BODY, SECRET, AT),
        ({"webhook-signature": "v1,é"}, BODY, SECRET, AT),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(change: dict[str, str], body: bytes, secret: str, now: int) -> None:
    headers = sign(SECRET, id="msg_1", body=BODY, at=AT) | change
    with pytest.raises(NotSigned, match=r"^$"):
        verify(headers, body, secret, now=now)
