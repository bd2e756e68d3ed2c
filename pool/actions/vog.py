"""The way to a VOG: our part, what the expert tells, and what nobody has to tell.

The log never says which step it was: it outlives the row by years (docs/adr/0022, 0030).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import holidays
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.clock import local
from core.errors import NotAllowed, Refusal
from core.outbox import schedule
from pool.actions.vog_mail import day_begins, tell_coordinator
from pool.models import Expert, VogApplication, VogAttempt
from pool.models.screening import HALF_A_YEAR
from pool.permissions import is_self, may_see_dates, require_record_papers
from pool.rules import vog as rules
from pool.states import VOG_APPLICATION, VOLUNTARY, ExpertState, VogState

# Which date belongs to entering a state.
DAY_OF = {
    VogState.PREPARED: "prepared_on",
    VogState.SUBMITTED: "submitted_on",
    VogState.INTENT_TO_REFUSE: "letter_on",
    VogState.REFUSED: "decided_on",
    VogState.OBJECTION: "filed_on",
    VogState.APPEAL: "filed_on",
    VogState.NOT_RECEIVED: "set_on",
    VogState.GRANTED_NOT_SEEN: "told_on",
    VogState.WITHDRAWN: "stopped_on",
}
# What the own coordinator may write down for somebody; the rest is the expert's to tell.
BY_COORDINATOR = frozenset({VogState.SUBMITTED, VogState.NOT_RECEIVED})


class DayNotYet(Refusal):
    message = _("This day is still to come. Write the day on which it happened.")


class DayTooEarly(Refusal):
    message = _("This day is before the step that came first. Look at the date again.")


class NothingRuns(Refusal):
    message = _("Nothing was asked for yet. Your coordinator begins.")


class DayPassed(Refusal):
    message = _("Choose a day that is still to come.")


@transaction.atomic
def need_vog(*, expert: Expert, now: datetime) -> None:
    """Say that a new VOG is needed, where nothing runs yet. For the calendar and its friends."""
    application = _application(expert)
    if application is None:
        _write(VogApplication(expert=expert, data_key=expert.data_key), VogState.NEEDED, {}, now)
    elif VogState.NEEDED in VOG_APPLICATION.moves[application.progress["state"]]:
        _write(application, VogState.NEEDED, {}, now)
    else:
        return
    _record(expert, None, now)


@transaction.atomic
def miss_vog(*, expert: Expert, now: datetime) -> None:
    """The term is over and nothing was seen; why is nobody's business. For the calendar."""
    application = _application(expert)
    if application is None:
        return
    before = application.progress
    if VogState.NOT_RECEIVED not in VOG_APPLICATION.moves[before["state"]]:
        return
    said = _kept(before, VogState.NOT_RECEIVED) | {"set_on": str(local(now).date())}
    _write(application, VogState.NOT_RECEIVED, said, now, was=before["state"])
    _record(expert, None, now)


@transaction.atomic
def prepare_vog(
    *, expert_id: UUID, on: date, by: User, now: datetime, free_scheme: bool = False
) -> None:
    """Write down that our part went to Justis; from here on the expert has thirty days.

    Raises:
        Expert.DoesNotExist, NotAllowed, DayNotYet, IllegalMove: nothing was changed.
    """
    expert = _locked(expert_id)
    require_record_papers(by, expert)
    _require_past(on, now)
    application = _application(expert)
    if application is None:
        application = VogApplication(expert=expert, data_key=expert.data_key)
    else:
        VOG_APPLICATION.require(application.progress["state"], VogState.PREPARED)
    said = {"prepared_on": str(on), "free_scheme": free_scheme}
    _write(application, VogState.PREPARED, said, now)
    schedule(
        "pool.paper_prepared",
        subject=application.pk,
        at=day_begins(on + rules.PREPARED_FOR),
        once_per=f"paper-prepared:{application.pk}:{on}",
    )
    _record(expert, by, now)


@transaction.atomic
def tell_vog(  # noqa: PLR0913  (who, what, when, until when)
    *,
    expert_id: UUID,
    to: str,
    on: date,
    by: User,
    now: datetime,
    due_on: date | None = None,
) -> None:
    """Move an application on: what the expert tells, or the coordinator in two cases.

    A voluntary state only the expert can tell. `due_on` is until when an answer is possible, as
    the letter says it; where it is left out it is computed.

    Raises:
        Expert.DoesNotExist, NotAllowed, NothingRuns, DayNotYet, DayTooEarly, IllegalMove.
    """
    expert = _locked(expert_id)
    if not is_self(by, expert):
        require_record_papers(by, expert)
        if to not in BY_COORDINATOR:
            raise NotAllowed("")
    elif to not in DAY_OF.keys() - {VogState.PREPARED, VogState.NOT_RECEIVED}:
        raise NotAllowed("")
    application = _application(expert)
    if application is None:
        raise NothingRuns
    before = application.progress
    VOG_APPLICATION.require(before["state"], to)
    _require_past(on, now)
    if on < _last_day(before):
        raise DayTooEarly
    state = VogState(to)
    said = _kept(before, state) | {DAY_OF[state]: str(on)}
    if due := due_on or _due(state, on):
        said["due_on"] = str(due)
    _write(application, state, said, now, was=before["state"])
    if state == VogState.SUBMITTED:
        _expected, latest = rules.sent_terms(on)
        schedule(
            "pool.paper_latest",
            subject=application.pk,
            at=day_begins(latest),
            once_per=f"paper-latest:{application.pk}:{on}",
        )
    _record(expert, by, now)
    if is_self(by, expert):
        # That there is something, never what.
        tell_coordinator(expert, once_per=f"paper-told:{application.pk}:{now:%Y%m%dT%H%M}", now=now)


@transaction.atomic
def tell_decision(*, expert_id: UUID, on: date, by: User, now: datetime) -> None:
    """The objection was answered: an appeal is possible until six weeks later. Voluntary.

    Raises:
        Expert.DoesNotExist, NotAllowed, NothingRuns, DayNotYet, DayTooEarly, IllegalMove.
    """
    expert = _locked(expert_id)
    if not is_self(by, expert):
        raise NotAllowed("")
    application = _application(expert)
    if application is None:
        raise NothingRuns
    before = application.progress
    VOG_APPLICATION.require(before["state"], VogState.APPEAL)
    _require_past(on, now)
    if on < _last_day(before):
        raise DayTooEarly
    said = before | {"answered_on": str(on), "due_on": str(_awb(on))}
    _write(application, VogState(before["state"]), said, now, was=before["state"])
    _record(expert, by, now)


@transaction.atomic
def plan_attempt(*, expert_id: UUID, from_on: date | None, by: User, now: datetime) -> None:
    """From which day a new attempt makes sense; None takes it away. A date and nothing else.

    Raises:
        Expert.DoesNotExist, NotAllowed, DayPassed: nothing was changed.
    """
    expert = _locked(expert_id)
    if not may_see_dates(by, expert):
        raise NotAllowed("")
    VogAttempt.objects.filter(expert=expert).delete()
    if from_on is not None:
        if from_on <= local(now).date():
            raise DayPassed
        attempt = VogAttempt.objects.create(
            expert=expert, from_on=from_on, written_at=now, written_by=by
        )
        schedule(
            "pool.paper_attempt",
            subject=attempt.pk,
            at=day_begins(from_on),
            once_per=f"paper-attempt:{attempt.pk}",
        )
    _record(expert, by, now)


def forget_application(expert_id: UUID) -> None:
    """Erase the way that led here: a VOG was seen, or the expert left."""
    VogApplication.objects.filter(expert=expert_id).delete()
    VogAttempt.objects.filter(expert=expert_id).delete()


# --- The calendar -----------------------------------------------------------------------------


@transaction.atomic
def remind_prepared(*, application_id: UUID, now: datetime) -> None:
    """Thirty days on, and the expert did not say that it was sent: ask both."""
    application = _living(application_id)
    if application is None or application.progress["state"] != VogState.PREPARED:
        return
    on = date.fromisoformat(application.progress["prepared_on"])
    if local(now).date() >= on + rules.PREPARED_FOR:
        tell_coordinator(
            application.expert,
            once_per=f"paper-prepared:{application.pk}:{on}",
            now=now,
            also_expert=True,
        )


@transaction.atomic
def close_term(*, application_id: UUID, now: datetime) -> None:
    """Eight weeks after it was sent and nothing was told: not received, and no reason."""
    application = _living(application_id)
    if application is None or application.progress["state"] != VogState.SUBMITTED:
        return
    before = application.progress
    _expected, latest = rules.sent_terms(date.fromisoformat(before["submitted_on"]))
    if local(now).date() < latest:
        return
    miss_vog(expert=application.expert, now=now)
    tell_coordinator(
        application.expert, once_per=f"paper-latest:{application.pk}:{latest}", now=now
    )


@transaction.atomic
def call_attempt(*, attempt_id: UUID, now: datetime) -> None:
    """The day came from which a new attempt makes sense: ask both to talk about it."""
    attempt = VogAttempt.objects.filter(pk=attempt_id, from_on__lte=local(now).date()).first()
    if attempt is not None and attempt.expert.state != ExpertState.LEFT:
        tell_coordinator(
            attempt.expert, once_per=f"paper-attempt:{attempt.pk}", now=now, also_expert=True
        )


# --- Parts ------------------------------------------------------------------------------------


def _locked(expert_id: UUID) -> Expert:
    return (
        Expert.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=expert_id)
    )


def _application(expert: Expert) -> VogApplication | None:
    return VogApplication.objects.filter(expert=expert).select_related("data_key").first()


def _living(application_id: UUID) -> VogApplication | None:
    rows = VogApplication.objects.select_for_update(of=("self",)).select_related(
        "data_key", "expert__data_key", "expert__coordinator", "expert__user"
    )
    return rows.filter(pk=application_id).exclude(expert__state=ExpertState.LEFT).first()


def _write(
    application: VogApplication,
    state: VogState,
    said: dict[str, Any],
    now: datetime,
    *,
    was: str = "",
) -> None:
    # From the first voluntary state on, the half year runs and is not begun anew.
    if was not in VOLUNTARY:
        application.keep_until = now + HALF_A_YEAR
    application.changed_at = now
    application.progress = {**said, "state": state.value}
    application.save()


def _kept(before: dict[str, Any], to: VogState) -> dict[str, Any]:
    """What stays of earlier steps; nothing where the new one is a plain end."""
    if to not in VOLUNTARY | {VogState.SUBMITTED}:
        return {key: before[key] for key in ("free_scheme",) if key in before}
    return {key: value for key, value in before.items() if key not in {"due_on", "answered_on"}}


def _last_day(said: dict[str, Any]) -> date:
    days = [
        date.fromisoformat(said[name]) for name in (*DAY_OF.values(), "answered_on") if name in said
    ]
    return max(days, default=date.min)


def _due(state: VogState, on: date) -> date | None:
    if state == VogState.INTENT_TO_REFUSE:
        return on + rules.VIEW_WITHIN
    return _awb(on) if state == VogState.REFUSED else None


def _awb(on: date) -> date:
    free = holidays.country_holidays("NL", years=[on.year, on.year + 1])
    return rules.awb_term(on, rules.OBJECTION_WITHIN, holidays=free)


def _require_past(on: date, now: datetime) -> None:
    if on > local(now).date():
        raise DayNotYet


def _record(expert: Expert, by: User | None, now: datetime) -> None:
    audit.record("paper.step", by=by, at=now, subject=expert.pk)
