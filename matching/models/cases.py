"""Cases (pseudonymous) and measures with their own events."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional, regional_key
from core.crypto import SealedText, Subject
from core.retention import Keep
from matching.states import (
    MeasureEventKind,
    MeasureKind,
    MeasureState,
    ProtectedRole,
    Source,
)


class Case(Subject):
    """What an organisation calls by its own reference. No name, no address, no birth date.

    The reference is sealed; `reference_index` is a keyed hash, so that a second request for
    the same reference of the same organisation finds this row.
    """

    logged_as = "pk"
    retention = Keep.after("closed_at", timedelta(days=183), "six months after the end")

    organisation = regional_key("core.Organisation")
    reference = SealedText(limit=40, null=True)
    reference_index = models.BinaryField(max_length=32)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Subject.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "organisation", "reference_index"], name="case_reference_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Measure(Regional):
    """An order with a contact ban and a clock (domain.md 1.3).

    Ends are wall-clock arithmetic in Europe/Amsterdam: the same clock time, 10 or 28
    calendar days later. What the decision says (`end_stated_at`) wins over what we compute.
    Stored twice on purpose: as instants, and as the wall clock that was stated.
    """

    retention = Keep.with_parent("case")

    case = regional_key("matching.Case", on_delete=models.CASCADE)
    kind = models.CharField(max_length=16, choices=MeasureKind, default=MeasureKind.THV)
    state = models.CharField(max_length=24, choices=MeasureState, default=MeasureState.ANNOUNCED)
    imposed_at = models.DateTimeField(_("imposed at"))
    imposed_wall = models.CharField(max_length=16)
    imposed_fold = models.PositiveSmallIntegerField(default=0)
    zone = models.CharField(max_length=40, default="Europe/Amsterdam")
    end_default_at = models.DateTimeField(null=True)
    end_max_at = models.DateTimeField(null=True)
    end_stated_at = models.DateTimeField(null=True, blank=True)
    end_stated_wall = models.CharField(max_length=16, blank=True)
    # True while the computed end fell in the repeated hour and nobody said which one.
    end_is_ambiguous = models.BooleanField(default=False)
    end_was_shifted = models.BooleanField(default=False)
    decision_seen_on = models.DateField(_("decision seen on"), null=True, blank=True)
    protected_roles = ArrayField(
        models.CharField(max_length=12, choices=ProtectedRole), default=list, blank=True
    )
    version = models.PositiveIntegerField(default=1)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MeasureState.values), name="measure_state_known"
            ),
            models.CheckConstraint(
                condition=Q(end_default_at=None) | Q(end_default_at__gt=F("imposed_at")),
                name="measure_default_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(end_stated_at=None) | Q(end_stated_at__gt=F("imposed_at")),
                name="measure_stated_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(imposed_fold__in=[0, 1]), name="measure_fold_0_or_1"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def end_at(self) -> datetime | None:
        """The end that counts: stated if the decision was read, computed until then."""
        return self.end_stated_at or self.end_default_at


class MeasureEvent(Regional):
    """Something that happened to a measure: what, on whose word, when heard, paper seen or not."""

    retention = Keep.with_parent("measure")

    measure = regional_key("matching.Measure", on_delete=models.CASCADE)
    kind = models.CharField(max_length=16, choices=MeasureEventKind)
    state_before = models.CharField(max_length=24, choices=MeasureState)
    state_after = models.CharField(max_length=24, choices=MeasureState)
    source = models.CharField(max_length=16, choices=Source)
    document_seen = models.BooleanField(_("paper seen"), default=False)
    heard_at = models.DateTimeField(_("heard at"))
    new_end_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False) | Q(source=Source.CLOCK),
                name="measure_event_recorded_at_with_by",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
