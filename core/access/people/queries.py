"""Who works here, who was invited, and what waits for a second administrator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from core.access.actions import INVITE_STAFF, MAY_GRANT, STAFF_ROLES, grant_kind
from core.access.models import Invitation, Membership, Organisation, Role, User
from core.access.people.houses import unconfirmed
from core.access.permissions import has_role, roles_of
from core.approvals import Approval
from core.approvals.actions import EFFECTS
from core.approvals.models import Decision

# Experts stand in the pool, with their own page: their names are sealed and not shown here.
SHOWN = tuple(role for role in Role if role != Role.EXPERT)
GRANTS = {grant_kind(role): role for role in STAFF_ROLES}
KINDS = (INVITE_STAFF, *GRANTS)


class Standing(StrEnum):
    """Where an invitation is."""

    SENT = "SENT"
    WAITING = "WAITING"
    LAPSED = "LAPSED"


@dataclass(frozen=True)
class Invited:
    """An invitation that nobody used yet."""

    invitation: Invitation
    standing: Standing
    may_change: bool


@dataclass(frozen=True)
class Colleague:
    """Somebody in a role."""

    membership: Membership
    may_change: bool


@dataclass
class House:
    """One organisation, or the region's own team where `organisation` is None."""

    organisation: Organisation | None
    colleagues: list[Colleague] = field(default_factory=list)
    invited: list[Invited] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    """Something that a second administrator decides."""

    approval: Approval
    name: str
    role: Role
    invites: bool
    may_decide: bool


@dataclass(frozen=True)
class Board:
    """The page of people and organisations."""

    team: House
    houses: list[House]
    questions: list[Question]
    unconfirmed: list[Membership] = field(default_factory=list)
    closed: list[Organisation] = field(default_factory=list)

    @property
    def n_people(self) -> int:
        """How many roles are shown."""
        return sum(len(house.colleagues) for house in (self.team, *self.houses))

    @property
    def n_invited(self) -> int:
        """How many invitations nobody used yet."""
        return sum(len(house.invited) for house in (self.team, *self.houses))

    @property
    def n_to_decide(self) -> int:
        """How many questions wait for who looks."""
        return sum(question.may_decide for question in self.questions)


def board(*, reader: User, now: datetime) -> Board:
    """Organisations in order of name, each with its people and open invitations."""
    houses = {one.pk: House(one) for one in Organisation.objects.filter(closed_on=None)}
    team = House(None)
    running = list(_running())
    for membership in running:
        # A closed organisation is no place to invite people to; who is left there still shows.
        house = _house(houses, team, membership.organisation)
        may_change = membership.user_id != reader.pk and may_grant(reader, membership.role)
        house.colleagues.append(Colleague(membership, may_change))
    for invited in _invitations(reader, now):
        _house(houses, team, invited.invitation.organisation).invited.append(invited)
    ordered = sorted(houses.values(), key=lambda house: str(house.organisation).lower())
    return Board(
        team=team,
        houses=ordered,
        questions=questions(reader=reader, now=now),
        unconfirmed=unconfirmed(running, now=now),
        closed=list(Organisation.objects.exclude(closed_on=None).order_by("name")),
    )


def may_grant(reader: User, role: str) -> bool:
    """Whether `reader` may let people into `role`, and out of it."""
    return has_role(reader, *MAY_GRANT[Role(role)])


def questions(*, reader: User, now: datetime) -> list[Question]:
    """What waits for a second administrator; nothing for who is none."""
    if not has_role(reader, Role.REGIONAL_ADMIN):
        return []
    return [
        Question(
            approval=approval,
            name=name,
            role=role,
            invites=approval.kind == INVITE_STAFF,
            may_decide=approval.asked_by_id != reader.pk,
        )
        for approval, name, role in _told(_pending(now))
    ]


def n_to_decide(*, reader: User, now: datetime) -> int:
    """How many questions wait for `reader`, for the number in the menu."""
    if Role.REGIONAL_ADMIN not in roles_of(reader):
        return 0
    return sum(question.may_decide for question in questions(reader=reader, now=now))


def membership(membership_id: UUID) -> Membership:
    """A running role that these pages show.

    Raises:
        Membership.DoesNotExist: no such role, or it ended, or it is an expert's.
    """
    found: Membership = _running().get(pk=membership_id)
    return found


def waits_for_role(one: Membership, *, now: datetime) -> Role | None:
    """The role that a second administrator is asked to give, if any."""
    pending = _pending(now).filter(subject=one.pk, kind__in=GRANTS).first()
    return GRANTS[pending.kind] if pending else None


def _house(houses: dict[UUID, House], team: House, organisation: Organisation | None) -> House:
    if organisation is None:
        return team
    return houses.setdefault(organisation.pk, House(organisation))


def _running() -> QuerySet[Membership]:
    rows = Membership.objects.filter(role__in=SHOWN, ended_at=None)
    return rows.select_related("user", "organisation").order_by("user__name", "started_at")


def _pending(now: datetime) -> QuerySet[Approval]:
    waiting = Approval.objects.filter(kind__in=KINDS, decision=Decision.PENDING, expires_at__gt=now)
    return waiting.select_related("asked_by").order_by("asked_at")


def _invitations(reader: User, now: datetime) -> Iterable[Invited]:
    unused = Invitation.objects.filter(role__in=SHOWN, used_at=None, withdrawn_at=None)
    rows = list(unused.select_related("organisation").order_by("name", "invited_at"))
    decisions: dict[UUID, set[str]] = defaultdict(set)
    asked = Approval.objects.filter(kind=INVITE_STAFF, subject__in=[one.pk for one in rows])
    alive = asked.exclude(decision=Decision.PENDING, expires_at__lte=now)
    for subject, decision in alive.values_list("subject", "decision"):
        decisions[subject].add(decision)
    for one in rows:
        standing = _standing(one, decisions[one.pk], now)
        yield Invited(one, standing, may_grant(reader, one.role))


def _standing(one: Invitation, decisions: set[str], now: datetime) -> Standing:
    if Decision.PENDING in decisions:
        return Standing.WAITING
    unsent = one.role in STAFF_ROLES and Decision.APPROVED not in decisions
    return Standing.LAPSED if unsent or not one.is_open(at=now) else Standing.SENT


def _told(pending: Iterable[Approval]) -> Iterable[tuple[Approval, str, Role]]:
    """Each question with whom it is about; what changed since it was asked is left out."""
    for approval in pending:
        if EFFECTS[approval.kind].fingerprint(approval.subject) != approval.fingerprint:
            continue
        if approval.kind == INVITE_STAFF:
            invitation = Invitation.objects.get(pk=approval.subject)
            yield approval, invitation.name, Role(invitation.role)
        else:
            about = Membership.objects.select_related("user").get(pk=approval.subject)
            yield approval, about.user.name, GRANTS[approval.kind]
