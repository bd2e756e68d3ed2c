"""Clock lines of requests: from rows to drawings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext

from core.ui import clockline, moments
from matching import clock
from matching.hooks import SessionMark
from matching.models import Measure, Offer, Request
from matching.states import IN_FORCE, MeasureState, OfferState

QUESTION_ON_DAY = 7
HOUR = timedelta(hours=1)

_SHOWN = {
    OfferState.OPEN: clockline.OfferState.OPEN,
    OfferState.ACCEPTED: clockline.OfferState.ACCEPTED,
    OfferState.EXPIRED: clockline.OfferState.LAPSED,
}


def end_of(measure: Measure) -> datetime | None:
    """The end that counts: as stated, else as computed."""
    return measure.end_stated_at or measure.end_default_at


def clock_line(
    request: Request,
    *,
    now: datetime,
    day_base: int,
    sessions: Iterable[SessionMark] = (),
    offers: Iterable[Offer] = (),
) -> clockline.ClockLine | None:
    """The clock of a request's measure; None where no measure runs or nobody knows its end."""
    measure = request.measure
    end = end_of(measure) if measure else None
    if measure is None or end is None or measure.state not in IN_FORCE:
        return None
    return clockline.ClockLine(
        name=request.number,
        start=measure.imposed_at,
        end=end,
        latest=max(measure.end_max_at or end, end),
        now=now,
        stated=measure.end_stated_at is not None,
        day_base=day_base,
        sessions=marks(sessions),
        offers=shown_offers(offers),
        question=_question(measure, now=now),
        unreachable_until=unreachable_until(request, now=now),
        labels=clockline.Labels(
            start=gettext("imposed"),
            end=gettext("end"),
            latest=gettext("latest end"),
            question=gettext("question of extension"),
        ),
    )


def first_hours(
    request: Request,
    *,
    now: datetime,
    sessions: Iterable[SessionMark] = (),
    offers: Iterable[Offer] = (),
) -> clockline.FirstHours | None:
    """The first 72 hours of a request; None when they are over."""
    if now - request.filed_at > clockline.FIRST_HOURS * HOUR:
        return None
    policy = request.policy
    goals = (
        (policy.first_contact // 60, gettext("first contact")),
        (policy.first_meeting // 60, gettext("first meeting")),
    )
    return clockline.FirstHours(
        name=request.number,
        start=request.filed_at,
        now=now,
        unreachable_until=unreachable_until(request, now=now),
        offers=shown_offers(offers),
        sessions=marks(sessions),
        goals=tuple(goal for goal in goals if goal[0] <= clockline.FIRST_HOURS),
    )


def unreachable_until(request: Request, *, now: datetime) -> datetime | None:
    """Until when the participant cannot be reached; None when that is over."""
    return request.earliest_contact_at if request.earliest_contact_at > now else None


def marks(sessions: Iterable[SessionMark]) -> tuple[clockline.Mark, ...]:
    """Sessions as rings on the line."""
    return tuple(
        clockline.Mark(one.starts_at, clockline.SessionState(one.state), one.label)
        for one in sessions
    )


def shown_offers(offers: Iterable[Offer]) -> tuple[clockline.Offer, ...]:
    """Offers as triangles. A no is not drawn: nobody counts those."""
    return tuple(
        clockline.Offer(
            one.offered_at,
            one.deadline_at,
            _SHOWN[OfferState(one.state)],
            gettext("%(name)s, until %(clock)s")
            % {"name": one.expert.call_name, "clock": moments.clock(one.deadline_at)},
        )
        for one in offers
        if one.state in _SHOWN
    )


def _question(measure: Measure, *, now: datetime) -> clockline.Question | None:
    if measure.end_default_at is None:
        return None
    at = clock.days_after(measure.imposed_at, QUESTION_ON_DAY)
    if measure.state == MeasureState.EXTENDED:
        state = clockline.QuestionState.ANSWERED
    elif now >= at:
        state = clockline.QuestionState.ASKED
    else:
        state = clockline.QuestionState.NOT_DUE
    return clockline.Question(at, state)
