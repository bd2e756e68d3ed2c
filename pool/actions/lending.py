"""Lending somebody to another region: asked, granted by two, agreed by the one it is about.

The only acts of the platform that write in two regions. Each opens the scope of the other
region by itself, says there no more than the agreement in hand allows, and comes back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit, outbox
from core.access.models import Membership, Role, User
from core.access.permissions import has_role, require_role
from core.access.scope import current_region, region_scope
from core.clock import AMSTERDAM
from core.errors import NotAllowed, Refusal
from core.outbox import Channel
from pool.actions.experts import locked
from pool.models import Expert, LendingAsk, LendingGrant
from pool.permissions import STAFF, is_self
from pool.queries import contact
from pool.signals import lending_ended
from pool.states import ASK, GRANT, TAKES_PART, AskState, GrantEnd, GrantState

LEND = "pool.lend"
ENDS = "pool.lending_ends"
TO_READ = "pool/to_read"


class DatesPassed(Refusal):
    message = _("These dates are over, or the end lies before the start. Choose other days.")


class NothingAsked(Refusal):
    message = _("Choose at least one kind of work.")


class OwnRegion(Refusal):
    message = _("Choose another region than your own.")


class LentAlready(Refusal):
    message = _("There is an agreement with this region for this person already.")


class NotForLending(Refusal):
    message = _("This person does not take part at the moment, and cannot be lent.")


class AdminNeeded(Refusal):
    message = _("One of the two must be the administrator of the region. Ask a colleague.")


@dataclass(frozen=True)
class Terms:
    """For which work, from which day until which day, and how far."""

    activities: Collection[str]
    starts_on: date
    ends_on: date
    max_km: int


# --- What one region asks another -------------------------------------------------------------


@transaction.atomic
def ask_to_lend(*, lender_id: int, terms: Terms, by: User, now: datetime) -> LendingAsk:
    """Ask another region for somebody: the work, when and how far. Nobody is named.

    Raises:
        NotAllowed, OwnRegion, NothingAsked, DatesPassed: nothing was changed.
    """
    require_role(by, Role.COORDINATOR)
    if lender_id == current_region():
        raise OwnRegion
    _require_sound(terms, now)
    ask = LendingAsk.objects.create(
        lender_region_id=lender_id,
        activities=sorted(terms.activities),
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        max_km=terms.max_km,
        asked_at=now,
        asked_by=by,
    )
    audit.record("lending.asked", by=by, at=now, target=ask)
    with region_scope(lender_id):
        _tell_coordinators(once_per=f"lending-asked:{ask.pk}", now=now)
    return ask


@transaction.atomic
def withdraw_ask(*, ask_id: UUID, by: User, now: datetime) -> None:
    """Take a question back.

    Raises:
        LendingAsk.DoesNotExist, NotAllowed, IllegalMove.
    """
    require_role(by, Role.COORDINATOR)
    _close_ask(LendingAsk.objects.select_for_update().get(pk=ask_id), AskState.WITHDRAWN, by, now)


@transaction.atomic
def decline_ask(*, ask_id: UUID, by: User, now: datetime) -> None:
    """Say that nobody can be lent now. No reason is asked, and none is kept.

    Raises:
        LendingAsk.DoesNotExist, NotAllowed, IllegalMove.
    """
    require_role(by, *STAFF)
    ask = LendingAsk.for_us.select_for_update(of=("self",)).get(pk=ask_id)
    _close_ask(ask, AskState.DECLINED, by, now)
    with region_scope(ask.region_id):
        _tell_coordinators(once_per=f"lending-declined:{ask.pk}", now=now)


def _close_ask(ask: LendingAsk, state: AskState, by: User, now: datetime) -> None:
    ASK.require(ask.state, state)
    LendingAsk.unbound.filter(pk=ask.pk).update(state=state, closed_at=now, closed_by=by)
    audit.record(f"lending.ask_{state.lower()}", by=by, at=now, target=ask)


# --- Two persons of the home region -----------------------------------------------------------


@transaction.atomic
def propose_lending(  # noqa: PLR0913  who, to whom, on which terms
    *,
    expert_id: UUID,
    borrower_id: int,
    terms: Terms,
    by: User,
    now: datetime,
    most_running: int = 1,
    ask_id: UUID | None = None,
) -> LendingGrant:
    """Ask a colleague to lend one expert to another region.

    Raises:
        Expert.DoesNotExist, NotAllowed, OwnRegion, NothingAsked, DatesPassed, NotForLending,
        LentAlready: nothing was changed.
    """
    require_role(by, *STAFF)
    if borrower_id == current_region():
        raise OwnRegion
    _require_sound(terms, now)
    expert = locked(expert_id)
    if expert.state not in TAKES_PART:
        raise NotForLending
    ask = LendingAsk.for_us.get(pk=ask_id, region_id=borrower_id) if ask_id else None
    try:
        with transaction.atomic():
            grant = LendingGrant.objects.create(
                borrower_region_id=borrower_id,
                expert=expert,
                ask=ask,
                activities=sorted(terms.activities),
                starts_on=terms.starts_on,
                ends_on=terms.ends_on,
                max_km=terms.max_km,
                most_running=most_running,
                proposed_at=now,
                proposed_by=by,
            )
    except IntegrityError as broken:
        if "lending_one_per_expert_and_region" in str(broken):
            raise LentAlready from None
        raise
    audit.record("lending.proposed", by=by, at=now, subject=expert.pk, target=grant)
    approvals.ask(LEND, subject=grant.pk, by=by, now=now)
    return grant


def _terms_of(grant_id: UUID) -> str:
    """What must not change between asking and deciding: the state, and every term."""
    grant = LendingGrant.objects.filter(pk=grant_id).first()
    if grant is None:
        return ""
    work = "-".join(sorted(grant.activities))
    days = f"{grant.starts_on:%y%m%d}{grant.ends_on:%y%m%d}"
    told = f"{grant.state} {grant.expert_id} {grant.borrower_region_id} {work} {days}"
    return hashlib.sha256(f"{told} {grant.max_km} {grant.most_running}".encode()).hexdigest()


@approvals.effect(LEND, roles=STAFF, fingerprint=_terms_of)
def grant_lending(subject: UUID, by: User, now: datetime) -> None:
    """The second person agrees; from here it is the expert's own choice."""
    grant = _held(subject)
    GRANT.require(grant.state, GrantState.GRANTED)
    if not any(has_role(one, Role.REGIONAL_ADMIN) for one in (by, grant.proposed_by)):
        raise AdminNeeded
    _move(grant, GrantState.GRANTED, granted_at=now, granted_by=by)
    audit.record("lending.granted", by=by, at=now, subject=grant.expert_id, target=grant)
    _tell_expert(grant.expert, once_per=f"lending-granted:{grant.pk}", now=now)


# --- The expert's own word --------------------------------------------------------------------


@transaction.atomic
def agree_to_lending(*, grant_id: UUID, own_km: int, by: User, now: datetime) -> LendingGrant:
    """Say yes to work in another region, and how far one travels for it.

    Raises:
        LendingGrant.DoesNotExist: none, or somebody else's; the two look the same.
        IllegalMove: it is over, or runs already. DatesPassed.
    """
    grant = _own(grant_id, by)
    GRANT.require(grant.state, GrantState.RUNNING)
    if grant.ends_on < now.astimezone(AMSTERDAM).date():
        raise DatesPassed
    _move(grant, GrantState.RUNNING, agreed_at=now, own_km=min(own_km, grant.max_km))
    outbox.schedule(
        ENDS, subject=grant.pk, at=_end_of(grant.ends_on), once_per=f"lending-ends:{grant.pk}"
    )
    audit.record("lending.agreed", by=by, at=now, subject=grant.expert_id, target=grant)
    if grant.ask_id:
        # In the name of whoever granted it: the other region learns nothing about the expert.
        LendingAsk.for_us.filter(pk=grant.ask_id, state=AskState.OPEN).update(
            state=AskState.ANSWERED, closed_at=now, closed_by=grant.granted_by_id
        )
    with region_scope(grant.borrower_region_id):
        audit.record("lending.began", by=None, at=now, subject=grant.expert_id, target=grant)
        _tell_coordinators(once_per=f"lending-began:{grant.pk}", now=now)
    return grant


@transaction.atomic
def end_lending(*, grant_id: UUID, by: User, now: datetime) -> LendingGrant:
    """End it at once: either region, or the expert; also a no to the question. No reason.

    Whoever is lent gets no new question from this moment; open ones are taken back. Work that
    runs goes on until the coordinators of both regions, who see it listed, decide otherwise.
    Ending twice is harmless.

    Raises:
        LendingGrant.DoesNotExist: none that this person may see. NotAllowed.
    """
    grant, side = _mine(grant_id, by)
    if grant.state == GrantState.ENDED:
        return grant
    _end(grant, side, by=by, now=now)
    return grant


@transaction.atomic
def end_on_its_day(*, grant_id: UUID, now: datetime) -> bool:
    """End an agreement whose last day is over; asked again at its moment. True when it ended."""
    grant = LendingGrant.objects.select_for_update(of=("self",)).filter(pk=grant_id).first()
    if grant is None or grant.state == GrantState.ENDED or now < _end_of(grant.ends_on):
        return False
    _end(grant, GrantEnd.DATE, by=None, now=now)
    return True


def end_all_lending(expert: Expert, *, by: User | None, now: datetime) -> None:
    """Whoever leaves is lent nowhere; the caller holds the expert."""
    rows = LendingGrant.objects.filter(expert=expert).exclude(state=GrantState.ENDED)
    for grant in rows.select_for_update(of=("self",)).order_by("pk"):
        _end(grant, GrantEnd.HOME if by else GrantEnd.DATE, by=by, now=now)


# --- Parts ------------------------------------------------------------------------------------


def _require_sound(terms: Terms, now: datetime) -> None:
    if not terms.activities:
        raise NothingAsked
    if terms.ends_on < max(terms.starts_on, now.astimezone(AMSTERDAM).date()):
        raise DatesPassed


def _held(grant_id: UUID) -> LendingGrant:
    rows = LendingGrant.objects.select_for_update(of=("self",))
    return rows.select_related("expert__data_key", "proposed_by").get(pk=grant_id)


def _own(grant_id: UUID, by: User) -> LendingGrant:
    grant = _held(grant_id)
    if not is_self(by, grant.expert):
        raise LendingGrant.DoesNotExist
    return grant


def _mine(grant_id: UUID, by: User) -> tuple[LendingGrant, GrantEnd]:
    """The agreement, held, and on whose side `by` stands."""
    grant = LendingGrant.objects.select_for_update(of=("self",)).filter(pk=grant_id).first()
    if grant is None:
        require_role(by, *STAFF)
        to_us = LendingGrant.to_us.select_for_update(of=("self",))
        return to_us.get(pk=grant_id), GrantEnd.BORROWER
    if has_role(by, *STAFF):
        return grant, GrantEnd.HOME
    if is_self(by, grant.expert):
        return grant, GrantEnd.EXPERT
    raise NotAllowed("")


def _move(grant: LendingGrant, state: GrantState, **fields: object) -> None:
    GRANT.require(grant.state, state)
    LendingGrant.unbound.filter(pk=grant.pk).update(state=state, **fields)
    grant.state = state
    for name, value in fields.items():
        setattr(grant, name, value)


def _end(grant: LendingGrant, side: GrantEnd, *, by: User | None, now: datetime) -> None:
    was_running = grant.state == GrantState.RUNNING
    ended_by = by.pk if by else None
    _move(grant, GrantState.ENDED, ended_at=now, ended_by_id=ended_by, end_side=side)
    audit.record("lending.ended", by=by, at=now, subject=grant.expert_id, target=grant)
    if not was_running:
        return
    outbox.cancel(ENDS, subject=grant.pk, now=now)
    lending_ended.send(sender=None, grant=grant, now=now)
    there = {grant.region_id, grant.borrower_region_id} - {current_region()}
    for region_id in there:
        with region_scope(region_id):
            audit.record("lending.ended", by=None, at=now, subject=grant.expert_id, target=grant)
            _tell_coordinators(once_per=f"lending-ended:{grant.pk}", now=now)
    if side != GrantEnd.EXPERT:
        with region_scope(grant.region_id):
            expert = Expert.objects.get(pk=grant.expert_id)
            _tell_expert(expert, once_per=f"lending-over:{grant.pk}", now=now)


def _end_of(day: date) -> datetime:
    """The first instant after `day` on the Dutch clock."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=AMSTERDAM)


def _tell_coordinators(*, once_per: str, now: datetime) -> None:
    """A neutral mail to the coordinators of the region of this scope."""
    rows = Membership.objects.filter(role=Role.COORDINATOR, ended_at=None)
    for member in rows.select_related("user").order_by("pk"):
        _post(member.user.email, member.user, f"{once_per}:{member.user_id.hex[:12]}", now)


def _tell_expert(expert: Expert, *, once_per: str, now: datetime) -> None:
    _post(contact(expert).email, expert.user, once_per, now)


def _post(address: str, to: User | None, once_per: str, now: datetime) -> None:
    outbox.post(
        TO_READ,
        channel=Channel.EMAIL,
        address=address,
        to=to,
        once_per=once_per,
        now=now,
        language=to.language if to else "nl",
        context={"url": f"{settings.BASE_URL}/"},
    )
