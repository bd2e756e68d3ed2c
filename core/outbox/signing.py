"""Signatures on what goes to the gateway and what comes from it (standardwebhooks.com).

`webhook-id`, `webhook-timestamp` in seconds, and in `webhook-signature` one or more
`v1,<base64 of HMAC-SHA-256 over "id.timestamp.body">`. Several keys hold while one is replaced.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
# Older, or from the future: somebody plays back what they overheard.
TOLERANCE = timedelta(minutes=5)
# Longer figures are no moment.
MOST_FIGURES = 12


def sign(body: bytes, *, key: str, reference: str, now: datetime) -> dict[str, str]:
    """The headers that prove that `body` was written now by who holds `key`."""
    moment = str(int(now.timestamp()))
    return {
        ID: reference,
        TIMESTAMP: moment,
        SIGNATURE: f"v1,{_digest(key, reference, moment, body)}",
    }


def is_genuine(
    body: bytes, headers: Mapping[str, str], *, keys: Iterable[str], now: datetime
) -> bool:
    """Whether `body` was signed with one of `keys`, at most five minutes from `now`."""
    reference, moment = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not (reference and moment.isascii() and moment.isdigit() and len(moment) <= MOST_FIGURES):
        return False
    if abs(now - datetime.fromtimestamp(int(moment), UTC)) > TOLERANCE:
        return False
    given = [one[3:] for one in headers.get(SIGNATURE, "").split(" ") if one.startswith("v1,")]
    wanted = [_digest(key, reference, moment, body) for key in keys]
    return any(
        hmac.compare_digest(one.encode(), other.encode()) for one in given for other in wanted
    )


def _digest(key: str, reference: str, moment: str, body: bytes) -> str:
    signed = f"{reference}.{moment}.".encode() + body
    return base64.b64encode(hmac.digest(key.encode(), signed, hashlib.sha256)).decode()
