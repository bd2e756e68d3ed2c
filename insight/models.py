"""Facts that outlive a case, and which requests they were made of already."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod

from core.access.scope import Regional, regional_key
from core.retention import Keep
from insight.rules import TIMED, Kind
from matching.states import Urgency
from pool.vocabulary import Activity

QUARTER = 15


class Fact(Regional):
    """Something that happened to some request of a week: no person, no key, no hour.

    All facts of a request stand in the week and month in which it was filed (`insight.rules`).
    The identifier is random and in no other table.
    """

    retention = Keep.after("month", timedelta(days=1830), "five years, to compare years")

    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in Kind])
    week = models.DateField()
    month = models.DateField()
    activity = models.CharField(max_length=16, choices=Activity)
    urgency = models.CharField(max_length=8, choices=Urgency)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    came = models.BooleanField(default=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="fact_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in TIMED], minutes__isnull=False)
                | (~Q(kind__in=[kind.value for kind in TIMED]) & Q(minutes=None, came=True)),
                name="fact_minutes_iff_timed",
            ),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes=F("minutes") - Mod("minutes", QUARTER)),
                name="fact_minutes_are_quarters",
            ),
            models.CheckConstraint(
                condition=Q(week__iso_week_day=1, month__day=1), name="fact_knows_no_day"
            ),
        ]
        indexes = [models.Index(fields=["region", "week"], name="fact_of_week")]

    def __str__(self) -> str:
        return f"{self.kind} in the week of {self.week}"


class Counted(Regional):
    """A request that is over and whose facts are written; goes with it, and no fact points here."""

    retention = Keep.with_parent("request")

    request = regional_key("matching.Request", on_delete=models.CASCADE)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "request"], name="request_counted_once")
        ]

    def __str__(self) -> str:
        return f"counted {self.request_id}"
