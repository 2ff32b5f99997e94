"""What an object store's refusal means, in one sentence that says what to do, and no secret.

obstore's own messages are pages long and may quote addresses with signatures in them, so only what is known
to be harmless is taken from them: the code of the answer, the kind of the failure.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})")

NO_KEYS = "NoKeys"

_CODES = {
    "NoSuchBucket": "there is no such bucket; make it, or correct the name",
    "SignatureDoesNotMatch": "the secret key is wrong; check AWS_SECRET_ACCESS_KEY",
    "InvalidAccessKeyId": "the access key is not known there; check AWS_ACCESS_KEY_ID",
    "AccessDenied": "these keys may not do this; they need to list, read, write and delete in the bucket",
    "RequestTimeTooSkewed": "the clock of this machine is wrong; set it",
    "ExpiredToken": "the session token has expired; get a new one",
    "InvalidToken": "the session token is not valid; check AWS_SESSION_TOKEN",
    "PermanentRedirect": "the bucket is in another region; set AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set AWS_REGION",
    "QuotaExceeded": "its quota is used up; `compact` and `gc` give space back",
}
_KINDS = (
    # the first that is found in the message
    (NO_KEYS, "no keys were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ("certificate", "its certificate is not trusted; check the endpoint, or install its authority"),
    ("InvalidContentType", "it does not speak TLS; an endpoint without encryption begins with http://"),
    ("corrupt message", "it does not speak TLS; an endpoint without encryption begins with http://"),
    ("dns error", "its name is not known; check the endpoint, the region and the network"),
    ("failed to lookup", "its name is not known; check the endpoint, the region and the network"),
    ("Connection refused", "nothing answers there; check the endpoint, or try again later"),
    ("ConnectionRefused", "nothing answers there; check the endpoint, or try again later"),
    ("kind: Timeout", "it does not answer in time; check the network, or try again later"),
    ("TimedOut", "it does not answer in time; check the network, or try again later"),
    ("kind: Connect", "it cannot be reached; check the endpoint and the network"),
    ("error sending request", "the connection was lost; try again"),
    ("error decoding response body", "the connection was lost; try again"),
)


def sentence(uri: str, endpoint: str | None, message: str) -> str:
    """`message` is searched, never quoted."""
    where = f"{uri} at {endpoint}" if endpoint else uri
    code = _CODE.search(message)
    if code and code[1] in _CODES:
        return f"{where}: {_CODES[code[1]]}."
    status = _STATUS.search(message)
    if code or status:
        answered = " ".join(x for x in (status and status[1], code and code[1]) if x)
        return f"{where}: the server answered {answered}; try again, or ask who runs it."
    for mark, meaning in _KINDS:
        if mark in message:
            return f"{where}: {meaning}."
    kind = re.match(r"[A-Z][A-Za-z ]{3,40}(?=:)", message)
    return f"{where}: the store failed ({kind[0] if kind else 'unknown'}); try again."
