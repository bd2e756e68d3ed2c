"""The frame around every page: who is looking, where, and what they can go to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest

from core.ui import nav

Audience = Literal["staff", "professional", "expert", "public"]


@dataclass(frozen=True)
class Identity:
    """What the frame says about the person who looks.

    Attributes:
        audience: Which frame: the band of staff, the narrow band of a professional, the quiet
            frame of an expert, or the bare one of a visitor.
        roles: Codes under which apps registered tabs.
        name: How the person is called in the corner, short: "Hanneke V.". Empty shows nothing.
        region: The region whose work is shown; empty for a visitor.
        duty: Until when this person is on duty, in words; empty when not on duty.
        account_url: Where the name leads to.
    """

    audience: Audience
    roles: tuple[str, ...] = ()
    name: str = ""
    region: str = ""
    duty: str = ""
    account_url: str = ""


Identify = Callable[[HttpRequest], Identity]

NOBODY = Identity(audience="public")


def _nobody(request: HttpRequest) -> Identity:  # noqa: ARG001
    return NOBODY


_identify: list[Identify] = [_nobody]


def identify_with(identify: Identify) -> None:
    """Let `identify` tell the frame who is looking; called once, when the site starts."""
    _identify[0] = identify


def identify(request: HttpRequest) -> Identity:
    """Return who is looking, as the site told with `identify_with`."""
    return _identify[0](request)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: everything that base.html and base_public.html need."""
    identity = identify(request)
    return {
        "audience": identity.audience,
        "person": identity,
        "region": identity.region,
        "duty": identity.duty,
        "nav": nav.items(identity.roles, request),
        "foot_links": nav.foot(),
        "here": request.get_full_path(),
        "demo": bool(getattr(settings, "DEMO", False)),
    }
