"""The safety gate: thirteen items with a name and a time each, before anybody meets anybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.models import User
from core.clock import local
from core.errors import NotAllowed, Refusal
from matching import clock
from matching.actions import notices
from matching.actions.rows import lock_running
from matching.actions.tasks import open_task, settle_tasks
from matching.actions.waves import close_wave, take_back
from matching.models import GateItem, Offer, Request, Seat
from matching.models.requests import TaskKind
from matching.permissions import may_coordinate, may_follow
from matching.queries.gate import gate, open_codes, running_assignments
from matching.reference import BY_CODE, ITEMS
from matching.states import (
    GATE_ITEM,
    IN_FORCE,
    GateCode,
    GateItemState,
    GateWho,
    OfferState,
    RequestState,
    RiskAnswer,
)

LAPSE = "matching.gate_lapse"


class GateIncomplete(Refusal):
    """Hard items are open; `codes` names them in order."""

    message = _("The safety check is not complete. No meeting can be planned yet.")

    def __init__(self, codes: Collection[str]) -> None:
        self.codes = tuple(codes)
        super().__init__()


class NotYours(NotAllowed):
    message = _("Somebody else has to confirm this point.")


class TwoPersonsNeeded(Refusal):
    message = _("This takes two persons: ask a colleague to look with you.")


class AnswerMissing(Refusal):
    message = _("One answer is missing: choose what was found, or write the date.")


class DateToCome(Refusal):
    message = _("This day is still to come. Look at the date.")


@dataclass(frozen=True)
class GateAnswer:
    """What somebody answers to one item: a date (G1, G5), a risk (G4), or just yes."""

    stated_on: date | None = None
    risk: str = ""


def make_gate(
    request: Request, answers: Mapping[str, GateAnswer], *, by: User, now: datetime
) -> None:
    """Thirteen rows, with what was answered at filing.

    A request that is filed as in scenario S1 (domain.md 12) has 6 of 13 open. The professional on
    duty answers what is known on the first night: G1, G2, G3, G4 and G6 (the case manager confirms
    G1, G2, G4 and G6 once more in the morning). Without a contra-indication G5 is not needed. The
    system shares the emergency card: G12. Open stay G7, G8 and G13 (coordinator, when planning), G9
    and G11 (the expert, who is not known yet) and G10 (the system, on the expert's papers).
    """
    GateItem.objects.bulk_create([GateItem(request=request, code=item.code) for item in ITEMS])
    write_item(request, GateCode.G12, GateItemState.CONFIRMED, by=None, now=now)
    for code in (GateCode.G1, GateCode.G2, GateCode.G3, GateCode.G4, GateCode.G6):
        if code in answers:
            _confirm(request, code, answers[code], by=by, now=now)


@transaction.atomic
def confirm_gate_item(  # noqa: PLR0913  (what, who, when, and the two answers)
    *,
    request_id: UUID,
    code: str,
    by: User,
    now: datetime,
    stated_on: date | None = None,
    risk: str | None = None,
) -> GateItem:
    """Confirm one item in one's own name; confirming again renews it.

    G4 carries one of three answers. No contra-indication makes G5 superfluous; a consultation
    opens G5, which two persons approve (`matching.approve_forensic`); not deployable takes open
    offers back and stands in the way of every meeting.

    `stated_on` is the date of the safety plan (G1), `risk` a `RiskAnswer` (G4).

    Raises:
        Request.DoesNotExist, RequestOver, NotYours, TwoPersonsNeeded, AnswerMissing,
        DateToCome, IllegalMove: nothing was changed.
    """
    request = lock_running(request_id)
    _require_who(request, code, by)
    if code == GateCode.G5:
        raise TwoPersonsNeeded
    _confirm(request, code, GateAnswer(stated_on, risk or ""), by=by, now=now)
    audit.record(
        "gate.confirmed", by=by, at=now, subject=request.case_id, target=request, code=code
    )
    if not gate(request, at=now).blocking_codes:
        settle_tasks(TaskKind.GATE_LAPSED, request=request, now=now)
    return GateItem.objects.get(request=request, code=code)


def confirm_by_expert(
    request: Request, code: str, *, by: User | None, now: datetime, by_system: bool = False
) -> None:
    """What an accept confirms: G9 in the expert's name, G10 in that of the system.

    An expert who answers by link and has no account confirms through the system's hand.
    """
    write_item(
        request,
        code,
        GateItemState.CONFIRMED,
        by=None if by_system else by,
        now=now,
    )


def require_complete_gate(
    request: Request, *, at: datetime, on: date | None = None, planned_on: date | None = None
) -> None:
    """Raise GateIncomplete with the open hard codes, unless a first meeting may be planned.

    The items count as of the aware instant `at`; papers on the local date `on` of the meeting,
    or on the day of `at` where it is left out; `planned_on` as in `open_codes`.
    """
    codes = open_codes(request, at=at, on=on, planned_on=planned_on)
    if codes:
        raise GateIncomplete(codes)


# --- Rows -------------------------------------------------------------------------------------


def _require_who(request: Request, code: str, by: User) -> None:
    """Every item names who may confirm it; nobody confirms in another's name."""
    item = BY_CODE.get(code)
    holders = [one.expert.user_id for one in running_assignments(request)]
    is_one = {
        GateWho.REQUESTER: may_follow(by, request),
        GateWho.COORDINATOR: may_coordinate(by),
        GateWho.EXPERT: by.pk in holders,
        GateWho.SYSTEM: False,
    }
    if item is None or not any(is_one[who] for who in item.who):
        raise NotYours


def _confirm(request: Request, code: str, answer: GateAnswer, *, by: User, now: datetime) -> None:
    if answer.stated_on and answer.stated_on > local(now).date():
        raise DateToCome
    if code == GateCode.G1 and answer.stated_on is None:
        raise AnswerMissing
    if code == GateCode.G4:
        _confirm_risk(request, answer.risk, by=by, now=now)
        return
    write_item(request, code, GateItemState.CONFIRMED, by=by, now=now, stated_on=answer.stated_on)


def _confirm_risk(request: Request, risk: str, *, by: User, now: datetime) -> None:
    """G4 and what it means for G5 and for offers that are out."""
    if risk not in RiskAnswer.values:
        raise AnswerMissing
    before = GateItem.objects.get(request=request, code=GateCode.G4).risk
    refused = risk == RiskAnswer.NOT_DEPLOYABLE
    state = GateItemState.REFUSED if refused else GateItemState.CONFIRMED
    write_item(request, GateCode.G4, state, by=by, now=now, risk=risk)
    if risk == RiskAnswer.NO_CONTRAINDICATION:
        write_item(request, GateCode.G5, GateItemState.NOT_NEEDED, by=None, now=now)
    elif before != risk:
        # An earlier "not needed" answered another question; an approval, another risk.
        GateItem.objects.filter(request=request, code=GateCode.G5).update(
            state=GateItemState.OPEN,
            stated_on=None,
            confirmed_at=None,
            confirmed_by=None,
            by_system=False,
            valid_until=None,
        )
    if refused:
        _stop_search(request, now=now)


def _stop_search(request: Request, *, now: datetime) -> None:
    """Nobody is asked for a meeting that should not be; a coordinator calls."""
    open_ones = list(Offer.objects.filter(seat__request=request, state=OfferState.OPEN))
    take_back(open_ones, OfferState.WITHDRAWN, now=now)
    for seat in Seat.objects.filter(request=request):
        close_wave(seat, now=now)
    if request.state == RequestState.SEARCHING:
        Request.objects.filter(pk=request.pk).update(state=RequestState.FILED)
    open_task(
        TaskKind.GATE_LAPSED,
        request=request,
        due_at=now + timedelta(minutes=request.policy.call_back),
        once_per=f"gate-refused:{request.pk}:{now:%Y%m%dT%H%M%S}",
        now=now,
    )
    notices.tell_on_call(once_per=f"gate-refused:{request.pk}:{now:%Y%m%dT%H%M}", now=now)


def write_item(  # noqa: PLR0913  (one row, its answers)
    request: Request,
    code: str,
    state: GateItemState,
    *,
    by: User | None,
    now: datetime,
    risk: str = "",
    stated_on: date | None = None,
) -> None:
    """Set one item; None as person is the system. Plans its lapse while a measure runs."""
    row = GateItem.objects.get(request=request, code=code)
    if row.state != state:
        GATE_ITEM.require(row.state, state)
    until = _valid_until(request, code, now=now)
    GateItem.objects.filter(pk=row.pk).update(
        state=state,
        risk=risk,
        stated_on=stated_on,
        confirmed_at=now,
        confirmed_by=by,
        by_system=by is None,
        valid_until=until,
    )
    if until:
        outbox.schedule(
            LAPSE,
            subject=request.pk,
            at=until,
            once_per=f"gate-lapse:{request.pk}:{until:%Y%m%dT%H%M%S}",
        )


def _valid_until(request: Request, code: str, *, now: datetime) -> datetime | None:
    """Two weeks on the wall clock while a measure runs (domain.md 5.2); else until a change."""
    if not BY_CODE[code].lapses or request.measure is None:
        return None
    if request.measure.state not in IN_FORCE:
        return None
    return clock.days_after(now, request.policy.gate_days)
