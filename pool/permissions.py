"""Who may see and do what with an expert. Each question as a refusal and as a yes or no."""

from __future__ import annotations

from collections.abc import Callable

from core.access.models import Role, User
from core.access.permissions import has_role
from core.errors import NotAllowed
from pool.models import Expert, GuardedReader

STAFF = (Role.COORDINATOR, Role.REGIONAL_ADMIN)


def is_self(user: User, expert: Expert) -> bool:
    """Is `user` this expert?"""
    return expert.user_id is not None and expert.user_id == user.pk


def may_see_dates(user: User, expert: Expert) -> bool:
    """Dates and profiles of a VOG: the expert, the own coordinator and the regional deputy.

    Everybody else sees for which work somebody may be asked, never why (design.md 6).
    """
    return is_self(user, expert) or may_record_papers(user, expert)


def may_record_papers(user: User, expert: Expert) -> bool:
    """Write down what was seen on paper: the own coordinator and the regional deputy."""
    return whose_papers(user)(expert)


def whose_dates(user: User) -> Callable[[Expert], bool]:
    """`may_see_dates` of many experts at one moment; the roles are looked up once."""
    records = whose_papers(user)
    return lambda expert: is_self(user, expert) or records(expert)


def whose_papers(user: User) -> Callable[[Expert], bool]:
    """`may_record_papers` of many experts at one moment; the roles are looked up once."""
    if has_role(user, Role.REGIONAL_ADMIN):
        return lambda _expert: True
    coordinates = has_role(user, Role.COORDINATOR)
    return lambda expert: coordinates and expert.coordinator_id == user.pk


def require_record_papers(user: User, expert: Expert) -> None:
    """Raise NotAllowed unless `may_record_papers`."""
    if not may_record_papers(user, expert):
        raise NotAllowed("")


def may_edit(user: User, expert: Expert) -> bool:
    """Profile, week, absences, pause: the expert, or a coordinator who was asked to."""
    return is_self(user, expert) or has_role(user, *STAFF)


def require_edit(user: User, expert: Expert) -> None:
    """Raise NotAllowed unless `may_edit`."""
    if not may_edit(user, expert):
        raise NotAllowed("")


def may_read_guarded(user: User, expert: Expert | None = None) -> bool:
    """The most stigmatising of what experts told: the expert, and who was given that right.

    Asked anew each time, so that the answer never outlives the right.
    """
    if expert is not None and is_self(user, expert):
        return True
    given = GuardedReader.objects.filter(user=user, ended_at=None).exists()
    return given and has_role(user, *STAFF)


def require_self(user: User, expert: Expert) -> None:
    """Raise NotAllowed unless `user` is this expert: what nobody does on somebody's behalf."""
    if not is_self(user, expert):
        raise NotAllowed("")
