"""May this person? Whether the thing itself allows it is asked by states and rules.

`by` is None where a clock acts; a clock may what the policy of the request lets it do.
"""

from __future__ import annotations

from core.access.models import Role, User
from core.access.permissions import has_role, memberships
from core.errors import NotAllowed
from matching.models import Case, Request
from pool.models import Expert


def may_coordinate(user: User) -> bool:
    """Is this a coordinator of the region?"""
    return has_role(user, Role.COORDINATOR)


def may_follow(user: User, matter: Request | Case) -> bool:
    """Whoever asks, and the coordinators who look for somebody."""
    return may_coordinate(user) or asks(user, matter)


def asks(user: User, matter: Request | Case) -> bool:
    """Colleagues of the asking organisation share its requests: nights change hands."""
    return any(
        membership.role == Role.PROFESSIONAL
        and membership.organisation_id == matter.organisation_id
        for membership in memberships(user)
    )


def may_answer_for(user: User, expert: Expert) -> bool:
    """The expert, or a coordinator on the expert's word."""
    return expert.user_id == user.pk or may_coordinate(user)


def require_coordinator(user: User | None) -> None:
    """Raise NotAllowed unless a coordinator, or the clock, acts."""
    if user is not None and not may_coordinate(user):
        raise NotAllowed("")


def require_called(user: User) -> None:
    """Raise NotAllowed unless this is somebody whom a call chain calls."""
    if not has_role(user, Role.COORDINATOR, Role.REGIONAL_ADMIN):
        raise NotAllowed("")


def require_follower(user: User | None, matter: Request | Case) -> None:
    """Raise NotAllowed unless `may_follow`, or the clock acts."""
    if user is not None and not may_follow(user, matter):
        raise NotAllowed("")


def require_answerer(user: User | None, expert: Expert) -> None:
    """Raise NotAllowed unless `may_answer_for`, or a link answers."""
    if user is not None and not may_answer_for(user, expert):
        raise NotAllowed("")
