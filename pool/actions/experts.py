"""Inviting, registering and changing an expert, and the way through the pool."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.actions import invite
from core.access.models import Role, User
from core.access.permissions import has_role, require_role
from core.crypto import new_data_key
from core.errors import Refusal
from pool.models import (
    ExcludedArea,
    ExcludedOrganisation,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    LifeExperience,
)
from pool.permissions import STAFF, is_self, require_edit
from pool.states import ExpertState


class NotTheirs(Refusal):
    """An expert tried to change what the coordinator agrees on."""

    message = _("Your coordinator changes this. Call your coordinator.")
    status = 403


class NoCoordinator(Refusal):
    message = _("Choose somebody who is a coordinator now.")


class ConsentTakenBack(Refusal):
    message = _("Consent was taken back. Only the person can come back.")


class JoinedAlready(Refusal):
    message = _("This person can sign in already.")


@dataclass(frozen=True)
class Profile:
    """Everything about an expert that a form may change.

    Attributes:
        home_area: code of the postcode area; never an address.
        languages: (ISO code, level) pairs.
        experiences: (code, to whom it may be shown) pairs, chosen by the expert.
        can_meet: needs of a participant that this expert can meet.
        excluded_areas: codes of areas where this expert does not come; no reason is asked.
        excluded_organisations: ids of organisations this expert does not work for.
    """

    first_name: str
    last_name: str
    phone: str
    email: str
    coordinator: User
    home_area: str
    travel_radius_km: int = 20
    max_running: int = 2
    max_per_week: int = 4
    wants_sms: bool = True
    wants_invites: bool = True
    hides_offers: bool = False
    can_meet: tuple[str, ...] = ()
    activities: frozenset[str] = frozenset()
    languages: tuple[tuple[str, str], ...] = (("nl", "NATIVE"),)
    experiences: tuple[tuple[str, str], ...] = ()
    excluded_areas: frozenset[str] = frozenset()
    excluded_organisations: frozenset[UUID] = frozenset()


# What the expert does not change alone, with the name it has in Profile.
AGREED = frozenset({"coordinator", "activities", "first_name", "last_name", "email"})
ROW_FIELDS = (
    "first_name",
    "last_name",
    "phone",
    "email",
    "travel_radius_km",
    "max_running",
    "max_per_week",
    "wants_sms",
    "wants_invites",
    "hides_offers",
)


@transaction.atomic
def register_expert(
    *, profile: Profile, by: User, now: datetime, sends_invitation: bool = True
) -> Expert:
    """Write somebody into the pool, and by default ask that person to sign in.

    Raises:
        NotAllowed, NoCoordinator: nothing was changed.
        AlreadyMember: this address belongs to an expert of this region.
    """
    require_role(by, *STAFF)
    _require_coordinator(profile.coordinator)
    expert = add_expert(profile, by=by, now=now)
    audit.record("expert.registered", by=by, at=now, subject=expert.pk, target=expert)
    if sends_invitation:
        invite_expert(expert_id=expert.pk, by=by, now=now)
    return expert


def add_expert(
    profile: Profile,
    *,
    by: User,
    now: datetime,
    user: User | None = None,
    answers_first: bool = False,
) -> Expert:
    """The rows of somebody new, as an applicant; whoever calls says who may."""
    expert = Expert(
        data_key=new_data_key(now=now),
        user=user,
        answers_first=answers_first,
        coordinator=profile.coordinator,
        home_area_id=profile.home_area,
        can_meet=sorted(profile.can_meet),
        registered_at=now,
        registered_by=by,
        **{name: getattr(profile, name) for name in ROW_FIELDS},
    )
    expert.save(force_insert=True)
    _write_lists(expert, profile)
    return expert


@transaction.atomic
def invite_expert(*, expert_id: UUID, by: User, now: datetime) -> str:
    """Send (again) the mail with which an expert makes an account. Returns the token.

    Raises:
        Expert.DoesNotExist, NotAllowed, ConsentTakenBack, JoinedAlready, AlreadyMember: nothing
        was changed.
    """
    require_role(by, *STAFF)
    expert = locked(expert_id)
    require_consent(expert)
    if expert.user_id is not None or expert.state == ExpertState.LEFT:
        raise JoinedAlready
    _invitation, token = invite(
        email=expert.email,
        # Name and number are sealed with the expert's own key; invitation and account would
        # keep them readable (docs/adr/0008).
        name="",
        role=Role.EXPERT,
        organisation=None,
        phone="",
        subject=expert.pk,
        by=by,
        now=now,
    )
    return token


@transaction.atomic
def join(*, expert_id: UUID, user: User, now: datetime, answers_first: bool = False) -> None:
    """Tie an account to the expert it was made for; a second account changes nothing.

    With `answers_first` this person says yes or no to being in the pool before anything else.
    """
    release_account(user)
    tied = Expert.objects.filter(pk=expert_id, user=None).update(
        user=user, answers_first=answers_first
    )
    if tied:
        audit.record("expert.joined", by=user, at=now, subject=expert_id)


def release_account(user: User) -> None:
    """Whoever left and comes back begins anew: the account lets go of the profile of before."""
    Expert.objects.filter(user=user, state=ExpertState.LEFT).update(user=None)


@transaction.atomic
def update_expert(*, expert_id: UUID, profile: Profile, by: User, now: datetime) -> Expert:
    """Change a profile. What changed is logged by name, never by value.

    Raises:
        Expert.DoesNotExist, NotAllowed, NoCoordinator: nothing was changed.
        NotTheirs: an expert changed what is agreed with the coordinator.
    """
    expert = locked(expert_id)
    require_edit(by, expert)
    before = profile_of(expert)
    changed = [f.name for f in fields(Profile) if _differs(before, profile, f.name)]
    if not changed:
        return expert
    if not has_role(by, *STAFF) and AGREED & set(changed):
        raise NotTheirs
    if "coordinator" in changed:
        _require_coordinator(profile.coordinator)
    for name in ROW_FIELDS:
        setattr(expert, name, getattr(profile, name))
    expert.coordinator = profile.coordinator
    expert.home_area_id = profile.home_area
    expert.can_meet = sorted(profile.can_meet)
    expert.save(update_fields=[*ROW_FIELDS, "coordinator", "home_area", "can_meet"])
    _write_lists(expert, profile)
    audit.record(
        "expert.changed",
        by=by,
        at=now,
        subject=expert.pk,
        target=expert,
        changed=",".join(changed),
        on_behalf=not is_self(by, expert),
    )
    return expert


def profile_of(expert: Expert) -> Profile:
    """The profile as it stands: five queries."""
    return Profile(
        coordinator=expert.coordinator,
        home_area=expert.home_area_id,
        can_meet=tuple(sorted(expert.can_meet)),
        activities=frozenset(_own(ExpertActivity, expert, "activity")),
        languages=tuple(_own(ExpertLanguage, expert, "language", "level")),
        experiences=tuple(_own(LifeExperience, expert, "code", "visible_to")),
        excluded_areas=frozenset(_own(ExcludedArea, expert, "area_id")),
        excluded_organisations=frozenset(_own(ExcludedOrganisation, expert, "organisation_id")),
        **{name: getattr(expert, name) for name in ROW_FIELDS},
    )


# --- Parts ------------------------------------------------------------------------------------


def locked(expert_id: UUID) -> Expert:
    """The expert, held until this transaction ends."""
    return Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)


def require_consent(expert: Expert) -> None:
    """Raise ConsentTakenBack for somebody who did: nothing is done for that person any more."""
    if expert.is_hidden:
        raise ConsentTakenBack


def _require_coordinator(user: User) -> None:
    if not has_role(user, Role.COORDINATOR):
        raise NoCoordinator


def _own(model: Any, expert: Expert, *names: str) -> list[Any]:
    """Values of the rows of one expert, sorted; plain ones where one name is asked for."""
    rows = model.objects.filter(expert=expert)
    return sorted(rows.values_list(*names, flat=len(names) == 1))


def _differs(before: Profile, after: Profile, name: str) -> bool:
    old, new = getattr(before, name), getattr(after, name)
    if isinstance(old, tuple):
        return sorted(old) != sorted(new)
    return bool(old != new)


def _write_lists(expert: Expert, profile: Profile) -> None:
    """Make the rows below an expert say what the profile says; untouched ones stay as they are."""
    _replace(ExpertActivity, expert, ({"activity": one} for one in profile.activities))
    _replace(
        ExpertLanguage,
        expert,
        ({"language": code, "level": level} for code, level in profile.languages),
    )
    _replace(
        LifeExperience,
        expert,
        ({"code": code, "visible_to": audience} for code, audience in profile.experiences),
    )
    _replace(ExcludedArea, expert, ({"area_id": code} for code in profile.excluded_areas))
    _replace(
        ExcludedOrganisation,
        expert,
        ({"organisation_id": pk} for pk in profile.excluded_organisations),
    )


def _replace(model: Any, expert: Expert, wanted: Iterable[dict[str, Any]]) -> None:
    """Delete the rows that are not wanted any more, and add the ones that are missing."""
    missing = list(wanted)
    for row in model.objects.filter(expert=expert):
        same = next((one for one in missing if _is(row, one)), None)
        if same is None:
            row.delete()
        else:
            missing.remove(same)
    model.objects.bulk_create([model(expert=expert, **one) for one in missing])


def _is(row: Any, values: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())
