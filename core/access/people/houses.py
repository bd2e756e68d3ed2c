"""One organisation as its page shows it: the number, the people, who stands in, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from core.access.actions import may_arrange, may_confirm
from core.access.actions.organisations import KEEPERS
from core.access.deputies import Deputy
from core.access.models import Membership, Organisation, OrganisationKind, Role, User
from core.access.permissions import has_role
from core.clock import local

# From here on a date is worth a line on the list of the coordinator.
SOON = timedelta(days=30)
# A number that was not tried for this long is as good as none.
NUMBER_AGES = timedelta(days=183)


@dataclass(frozen=True)
class Person:
    """Somebody of the organisation.

    Attributes:
        standing: "goed", "wacht" (asked, not answered) or "nu" (access stopped).
        deputies: who stands in, now or later.
    """

    membership: Membership
    standing: str
    deputies: list[Deputy]
    may_confirm: bool
    may_arrange: bool
    is_contact: bool
    is_self: bool


@dataclass(frozen=True)
class HousePage:
    """The page of one organisation."""

    organisation: Organisation
    people: list[Person]
    number_is_old: bool
    may_name_contact: bool
    may_close: bool
    own: bool

    @property
    def n_stopped(self) -> int:
        return sum(one.standing == "nu" for one in self.people)

    @property
    def n_asked(self) -> int:
        return sum(one.standing == "wacht" for one in self.people)


def house_page(organisation: Organisation, *, reader: User, now: datetime) -> HousePage:
    """Everything of the page, in a constant number of queries."""
    rows = Membership.objects.filter(
        organisation=organisation, role=Role.PROFESSIONAL, ended_at=None
    ).select_related("user", "organisation", "confirmed_by")
    members = sorted(rows, key=lambda one: ((one.user.name or one.user.email).casefold(), one.pk))
    today = local(now).date()
    deputies: dict[UUID, list[Deputy]] = {}
    for deputy in (
        Deputy.objects.filter(Q(last_day=None) | Q(last_day__gte=today), organisation=organisation)
        .select_related("stand_in__user")
        .order_by("first_day", "pk")
    ):
        deputies.setdefault(deputy.member_id, []).append(deputy)
    keeps = has_role(reader, *KEEPERS)
    is_contact = organisation.contact_id == reader.pk and not keeps
    people = [
        Person(
            membership=one,
            standing=standing(one, now=now),
            deputies=deputies.get(one.pk, []),
            may_confirm=keeps or is_contact or may_confirm(reader, one, now=now),
            may_arrange=keeps or is_contact or may_arrange(reader, one),
            is_contact=one.user_id == organisation.contact_id,
            is_self=one.user_id == reader.pk,
        )
        for one in members
    ]
    tested = organisation.phone_tested_at
    return HousePage(
        organisation=organisation,
        people=people,
        number_is_old=tested is None or tested < now - NUMBER_AGES,
        may_name_contact=keeps,
        may_close=keeps and organisation.kind != OrganisationKind.POOL_HOST,
        own=not keeps,
    )


def standing(membership: Membership, *, now: datetime) -> str:
    """How it stands with the yearly question, as one of the five meanings."""
    if membership.confirm_by is None or membership.confirm_by > now + SOON:
        return "goed"
    return "wacht" if membership.confirm_by > now else "nu"


def unconfirmed(members: list[Membership], *, now: datetime) -> list[Membership]:
    """Whose access stopped or stops within a month, the earliest first."""
    asked = [one for one in members if standing(one, now=now) != "goed"]
    return sorted(asked, key=lambda one: (one.confirm_by or now, one.pk))
