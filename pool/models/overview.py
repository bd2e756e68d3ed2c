"""What the overview keeps: views that somebody named, and how many came and went."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional
from core.crypto import SealedText, Subject
from core.retention import Keep
from pool.specialisms import GUARDED
from pool.vocabulary import LeavingReason


class SavedView(Subject):
    """Filters that somebody named, for oneself or for the coordinators of the region.

    `filters` holds codes. A name that was searched for is never kept, nor a guarded specialism: a
    view is read by colleagues, and outlives the right of who made it. What the view is called is
    free text and may tell something, so it is sealed.
    """

    retention = Keep.after("used_at", timedelta(days=366), "a year after its last use")

    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = SealedText(limit=60)
    filters = models.JSONField()
    is_shared = models.BooleanField(_("for every coordinator of the region"), default=False)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField()

    class Meta(Subject.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(filters__has_key="q"), name="saved_view_keeps_no_name"
            ),
            models.CheckConstraint(
                condition=~Q(filters__specialism__in=sorted(GUARDED)),
                name="saved_view_keeps_no_guarded_code",
            ),
            models.CheckConstraint(
                condition=Q(used_at__gte=models.F("made_at")), name="saved_view_used_after_made"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Direction(models.TextChoices):
    IN = "IN", _("began to take part")
    OUT = "OUT", _("left the pool")


class Turnover(Regional):
    """Somebody began to take part, or left: a month, and for leaving perhaps a code.

    No person, no key, no day (docs/adr/0036): it outlives whoever it was about. The reason
    stands here only, never beside the person and never in the log.
    """

    retention = Keep.after("month", timedelta(days=1830), "five years, to compare years")

    direction = models.CharField(max_length=3, choices=Direction)
    month = models.DateField()
    reason = models.CharField(max_length=12, choices=LeavingReason, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="turnover_knows_no_day"),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="turnover_direction_known"
            ),
            models.CheckConstraint(
                condition=Q(reason="")
                | (Q(direction=Direction.OUT) & Q(reason__in=LeavingReason.values)),
                name="turnover_reason_only_for_leaving",
            ),
        ]
        indexes = [models.Index(fields=["region", "month"], name="turnover_of_month")]

    def __str__(self) -> str:
        return f"{self.direction} in {self.month:%Y-%m}"
