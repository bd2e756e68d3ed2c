"""The calendar of an expert: wall-clock weeks, absences, and blocks that never overlap.

It lives in the pool, so that matching can ask who is free and scheduling can book, without
knowing each other's tables.
"""

from __future__ import annotations

from datetime import timedelta

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional, regional_key
from core.retention import HISTORY, Keep
from pool.models.experts import _AboutExpert
from pool.states import AbsenceKind, BlockKind, BlockState


class WeekAvailability(_AboutExpert):
    """Such as "Tuesdays from 18:00 to 22:00": wall clock in Europe/Amsterdam, every week.

    Times are minutes after local midnight of the weekday (0 = Monday), half-open
    [starts, ends); `ends` may pass 1440 into the next day, so a night is one row.
    """

    weekday = models.PositiveSmallIntegerField()
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="week_weekday_0_to_6"),
            models.CheckConstraint(condition=Q(starts__lt=1440), name="week_starts_within_day"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts"), ends__lte=F("starts") + 1440),
                name="week_ends_after_start_within_24_hours",
            ),
            models.UniqueConstraint(
                fields=["region", "expert", "weekday", "starts"], name="week_row_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts}-{self.ends}"


class DayChange(_AboutExpert):
    """Hours of one day that differ from the week: there after all, or not. Wall clock.

    Minutes after local midnight of `day`, half-open; `ends` may pass 1440, as in a week. Where a
    day holds both, "not" wins.
    """

    retention = Keep.after("day", timedelta(days=183), "six months after the day")

    day = models.DateField()
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()
    is_there = models.BooleanField()

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(starts__lt=1440), name="day_starts_within_day"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts"), ends__lte=F("starts") + 1440),
                name="day_ends_after_start_within_24_hours",
            ),
            models.UniqueConstraint(
                fields=["region", "expert", "day", "starts"], name="day_change_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.starts}-{self.ends}"


class Absence(_AboutExpert):
    """Not there from one instant until another, half-open. No reason.

    TODAY is the one tap that also stops questions until the next morning.
    """

    retention = Keep.after("ends_at", timedelta(days=183), "six months after it")

    kind = models.CharField(max_length=6, choices=AbsenceKind, default=AbsenceKind.AWAY)
    starts_at = models.DateTimeField(_("away from"))
    ends_at = models.DateTimeField(_("back at"))

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AbsenceKind.values), name="absence_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["region", "expert", "kind", "period", "occupied", "state", "source"],
    obj_field=None,
    context_field=pghistory.ContextJSONField(),
    attrs={"retention": HISTORY},
    model_name="BlockEvent",
)
class Block(Regional):
    """Hours of one expert that are given away. The database refuses overlap, whoever asks.

    `period` is the meeting, `occupied` adds the travel around it; both half-open. After a heavy
    one its expert rests; for how long is asked of today's agreements. Only live blocks exclude.
    `source` is the row above that booked it. Insert rows in the order of expert and start
    (deadlocks), and never with ON CONFLICT: a deferrable constraint forbids it.
    `grant_id` is the agreement by which another region booked these hours.
    """

    retention = Keep.after("ends_at", timedelta(days=183), "six months after the hours passed")

    expert = regional_key("pool.Expert")
    kind = models.CharField(max_length=10, choices=BlockKind)
    period = DateTimeRangeField()
    occupied = DateTimeRangeField()
    state = models.CharField(max_length=10, choices=BlockState, default=BlockState.LIVE)
    source = models.UUIDField()
    is_heavy = models.BooleanField(default=False)
    grant_id = models.UUIDField(null=True, blank=True)
    ends_at = models.DateTimeField(editable=False)

    class Meta(Regional.Meta):
        constraints = [
            ExclusionConstraint(
                name="block_no_overlap",
                expressions=[
                    ("expert", RangeOperators.EQUAL),
                    ("occupied", RangeOperators.OVERLAPS),
                ],
                condition=Q(state=BlockState.LIVE),
                deferrable=Deferrable.IMMEDIATE,
                violation_error_code="overlap",
                violation_error_message=_("This person is booked at that time already."),
            ),
            models.CheckConstraint(
                condition=Q(occupied__contains=F("period")), name="block_period_within_occupied"
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False), name="block_period_not_empty"
            ),
        ]
        indexes = [models.Index(fields=["source"], name="block_source")]

    def __str__(self) -> str:
        return f"block {self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.ends_at = self.period.upper
        super().save(*args, **kwargs)


class Rest(_AboutExpert):
    """From this moment somebody rests, for as long as after a heavy contact. Never why.

    `source` is the row above that gave cause; each gives one.
    """

    retention = Keep.after("began_at", timedelta(days=31), "a month after it began")

    source = models.UUIDField()
    began_at = models.DateTimeField()

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "expert", "source"], name="rest_once"),
        ]

    def __str__(self) -> str:
        return f"rest {self.pk}"


class Carried(_AboutExpert):
    """Lasting work that one expert carries now, at home or, through `grant_id`, elsewhere.

    It stands at home beside the calendar, so that both regions count all of it and neither reads
    the other's request. A trigger of the database writes it with the work that is its `source`
    and takes it away when that ends (docs/adr/0039).
    """

    source = models.UUIDField()
    grant_id = models.UUIDField(null=True, blank=True)

    class Meta(_AboutExpert.Meta):
        constraints = [models.UniqueConstraint(fields=["source"], name="carried_once")]
        indexes = [models.Index(fields=["region", "expert"], name="carried_by")]

    def __str__(self) -> str:
        return f"carried {self.pk}"


class OnCallShift(Regional):
    """Who of the coordinators has duty, and who comes second. Half-open."""

    retention = Keep.after("ends_at", timedelta(days=366), "a year, for hours and pay")

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    place_in_chain = models.PositiveSmallIntegerField(_("called as number"), default=1)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="on_call_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(place_in_chain__gte=1), name="on_call_place_from_one"
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "ends_at"], name="on_call_when")]

    def __str__(self) -> str:
        return f"on call {self.pk}"
