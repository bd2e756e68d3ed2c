"""Where a line of the log comes from: which request, which device, which corner of the net."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

request_id: ContextVar[UUID | None] = ContextVar("request_id", default=None)
_asked: ContextVar[Callable[[], Whence] | None] = ContextVar("whence", default=None)

# Enough to see that two lines come from one place, too little to find a house.
KEPT_V4, KEPT_V6 = 24, 48


@dataclass(frozen=True)
class Whence:
    """One signed-in device and the network it came from; both empty where a clock acts."""

    device: str = ""
    address: str = ""


NOWHERE = Whence()


def whence() -> Whence:
    """Where the request of this moment comes from."""
    ask = _asked.get()
    return ask() if ask else NOWHERE


class coming_from:  # noqa: N801  (reads as the statement it is used in)
    """While this is open, lines of the log say that they come from `request`."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._found: Whence | None = None

    def __enter__(self) -> None:
        self._token = _asked.set(self._look)

    def __exit__(self, *_error: object) -> None:
        _asked.reset(self._token)

    def _look(self) -> Whence:
        # Asked when the first line is written: most requests write none.
        if self._found is None:
            self._found = Whence(_device(self._request), _address(self._request))
        return self._found


def _device(request: HttpRequest) -> str:
    """The signed-in device, as a number that opens nothing."""
    from core.crypto import blind_index  # noqa: PLC0415  (keys are rows, and rows are logged)

    key = getattr(getattr(request, "session", None), "session_key", None)
    return blind_index("device", key).hex()[:16] if key else ""


def _address(request: HttpRequest) -> str:
    from allauth.account.adapter import get_adapter  # noqa: PLC0415  (needs the app registry)
    from django.core.exceptions import PermissionDenied  # noqa: PLC0415

    try:
        return truncated(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def truncated(address: str) -> str:
    """The network of an address; empty for what is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    kept = KEPT_V4 if found.version == 4 else KEPT_V6  # noqa: PLR2004
    return str(ipaddress.ip_network((found, kept), strict=False))
