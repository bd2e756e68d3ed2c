"""Support as a region lives it: evenings together, talks one to one, and one or two who are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from core import clock
from core.access.models import User
from pool import actions as pool
from pool.models import Debrief, Expert
from pool.states import TAKES_PART, DebriefState

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
# Everybody of a long time came to one of the last evenings, but for these: one who nearly
# needs a talk again, and one who is late and may be asked all the same, with a day agreed.
NEARLY, LATE = 2, 9
LAST_EVENING = 2


def give_support(lead: User, experts: Sequence[Expert], *, now: datetime) -> None:
    """Rhythms since a year, three evenings, a review for all, and the next evening planned."""
    today = clock.local(now).date()
    began = now - 400 * DAY
    pool.adopt_usual_rhythms(by=lead, now=began)
    active = [one for one in experts if one.state in TAKES_PART]
    for weeks in (14, 8, LAST_EVENING):
        there: dict[UUID, bool | None] = {
            one.pk: weeks == LAST_EVENING or (number + weeks) % 7 != 0
            for number, one in enumerate(active)
            if number not in {NEARLY, LATE} or weeks > LAST_EVENING
        }
        _write("INTERVISION", today - weeks * WEEK, there, lead, now=now)
    everybody: dict[UUID, bool | None] = {one.pk: True for one in active}
    _write("SUPERVISION", today - 9 * WEEK, everybody, lead, now=now)
    _write("ANNUAL_REVIEW", today - 20 * WEEK, everybody, lead, now=now)
    expected: dict[UUID, bool | None] = dict.fromkeys(everybody)
    _write("INTERVISION", today + 4 * WEEK, expected, lead, now=now)
    if len(active) > LATE:
        _nearly_and_late(active, lead, now=now)


def _nearly_and_late(active: Sequence[Expert], lead: User, *, now: datetime) -> None:
    today = clock.local(now).date()
    nearly, late = active[NEARLY], active[LATE]
    _write("INTERVISION", today - 5 * WEEK, {nearly.pk: True}, lead, now=now)
    pool.allow_without_support(
        expert_id=late.pk, reason="PLANNED", until_on=today + 4 * WEEK, by=lead, now=now
    )


def _write(
    kind: str, day: date, marks: Mapping[UUID, bool | None], lead: User, *, now: datetime
) -> None:
    pool.record_support(kind=kind, held_on=day, marks=marks, by=lead, now=now)


def answer_talks(lead: User, *, now: datetime) -> None:
    """Talks that were offered: most say no, thanks; one in three wanted a call and got it."""
    offered = Debrief.objects.filter(state=DebriefState.OFFERED).select_related("expert__user")
    for number, one in enumerate(offered.order_by("offered_at")):
        user, at = one.expert.user, min(one.offered_at + timedelta(hours=1), now)
        if user is None:
            continue
        wants = number % 3 == 1
        pool.answer_debrief(debrief_id=one.pk, wants_call=wants, by=user, now=at)
        if wants:
            pool.close_debrief(debrief_id=one.pk, reached=True, by=lead, now=at)
