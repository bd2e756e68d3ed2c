"""What a region agreed about rest, quiet, distance and consent, from a day on."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional
from core.retention import Keep


class RuleKind(models.TextChoices):
    """What is agreed; the amount is in the unit that stands behind it."""

    HEAVY_REST = "HEAVY_REST", _("rest after a heavy contact")  # minutes
    REST = "REST", _("rest after any contact")  # minutes
    QUIET = "QUIET", _("quiet hours")  # two times on the wall clock
    DISTANCE = "DISTANCE", _("least distance to home")  # km, in a straight line
    TRAVEL = "TRAVEL", _("time to travel around an appointment")  # minutes
    ROAD = "ROAD", _("by road instead of straight")  # km by road for a km straight
    VOG_MONTHS = "VOG_MONTHS", _("a VOG is renewed after")  # months
    WITH_TWO = "WITH_TWO", _("first assignments with two")  # so many
    CONSENT = "CONSENT", _("new work asks for consent")  # 1 is yes, 0 is no


# The least and the most, both included; the database says the same.
LIMITS: dict[str, tuple[str, str]] = {
    RuleKind.HEAVY_REST: ("0", "10080"),
    RuleKind.REST: ("0", "10080"),
    RuleKind.DISTANCE: ("0", "50"),
    RuleKind.TRAVEL: ("0", "240"),
    RuleKind.ROAD: ("1", "3"),
    RuleKind.VOG_MONTHS: ("1", "60"),
    RuleKind.WITH_TWO: ("0", "10"),
    RuleKind.CONSENT: ("0", "1"),
}


def _within() -> Q:
    """Two times for quiet hours, else an amount that its kind allows."""
    found = Q(
        kind=RuleKind.QUIET,
        amount=None,
        quiet_from__isnull=False,
        quiet_until__isnull=False,
    )
    for kind, (least, most) in LIMITS.items():
        found |= Q(
            kind=kind,
            amount__isnull=False,
            amount__gte=Decimal(least),
            amount__lte=Decimal(most),
            quiet_from=None,
            quiet_until=None,
        )
    return found


class RegionRule(Regional):
    """One agreement of the region from a day on, until the day (not included) the next begins.

    Where none counts on a day, that of `RegionProfile` does: what a region began with. What
    counted is never rewritten: a row that was replaced before it counted stays as well, marked.
    """

    retention = Keep.while_in_use("Agreements of the region; about no person.")

    kind = models.CharField(max_length=12, choices=RuleKind)
    amount = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(condition=_within(), name="region_rule_within_limits"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="region_rule_ends_after_start",
            ),
            ExclusionConstraint(
                name="region_rule_one_at_a_time",
                expressions=[
                    ("region", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[)"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(replaced_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.valid_from}"
