"""Words of the region for training, agreements and support, and how often support is due."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional
from core.retention import Keep
from pool.models.experts import _AboutExpert
from pool.vocabulary import Overridden, OverrideReason, RhythmUnit, Vocabulary

# Longer than this, somebody without support is no exception any more.
LONGEST_OVERRIDE = timedelta(days=92)
# No rest takes longer, so no exception to it does.
LONGEST_REST_OVERRIDE = timedelta(days=7)


class Term(Regional):
    """A word of the region: a code that never changes, and labels that may.

    A word that is not wanted any more is retired: rows that carry its code stay readable, and
    the code never gets another meaning. The database lets nobody delete one or change its code.

    `validity_months` (empty: no end) and `renew_months` are for trainings and agreements.
    """

    retention = Keep.while_in_use("Words of the region; about no person.")

    vocabulary = models.CharField(max_length=10, choices=Vocabulary)
    code = models.CharField(max_length=24)
    label_nl = models.CharField(_("name in Dutch"), max_length=80)
    label_en = models.CharField(_("name in English"), max_length=80)
    validity_months = models.PositiveSmallIntegerField(_("valid for (months)"), null=True)
    renew_months = models.PositiveSmallIntegerField(_("renewable before the end"), default=3)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Regional.Meta):
        constraints = [
            # One code, one meaning, in all lists together: rows point at it by code.
            models.UniqueConstraint(fields=["region", "code"], name="term_code_once"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z][A-Z0-9_]*$"), name="term_code_plain"
            ),
            models.CheckConstraint(
                condition=Q(validity_months=None) | Q(validity_months__gte=1),
                name="term_valid_for_a_month_or_more",
            ),
            models.CheckConstraint(
                condition=Q(validity_months=None) | Q(renew_months__lte=F("validity_months")),
                name="term_renewable_within_validity",
            ),
            models.CheckConstraint(
                condition=~Q(label_nl="") & ~Q(label_en=""), name="term_has_both_names"
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None, retired_by=None)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="term_retired_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """Its name in the language of who looks."""
        return self.label_en if (get_language() or "").startswith("en") else self.label_nl


class SupportRhythm(Regional):
    """How often one kind of support is due, from a day on. Without `every`: not any more.

    The rule of the day of the work counts; nobody is late before one whole period has passed
    since it began.
    """

    retention = Keep.while_in_use("Agreements of the region; about no person.")

    kind = models.CharField(max_length=24)
    every = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=6, choices=RhythmUnit, default=RhythmUnit.WEEKS)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "kind", "valid_from"], name="support_rhythm_once"
            ),
            models.CheckConstraint(
                condition=Q(every=None) | Q(every__gte=1, every__lte=60),
                name="support_rhythm_between_1_and_60",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="support_rhythm_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} every {self.every} {self.unit}"


class SupportContact(_AboutExpert):
    """Somebody was there, or was not, or is expected (empty). Never what was said."""

    kind = models.CharField(max_length=24)
    held_on = models.DateField(_("day"))
    attended = models.BooleanField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert", "kind", "held_on"], name="support_contact_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.held_on}"


class SupportOverride(_AboutExpert):
    """A coordinator lets somebody be asked although something stands in the way: a code, an end.

    Of SUPPORT: for all work, on the days up to and including `until_on`. Of REST: for one
    request of the layer above, and contact that begins before `until_at`.
    """

    what = models.CharField(max_length=8, choices=Overridden, default=Overridden.SUPPORT)
    request_id = models.UUIDField(null=True)
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=12, choices=OverrideReason)
    from_on = models.DateField()
    until_on = models.DateField(_("until and including"))
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert"],
                condition=Q(ended_at=None, what=Overridden.SUPPORT),
                name="support_override_one_running",
            ),
            models.UniqueConstraint(
                fields=["region", "expert", "request_id"],
                condition=Q(ended_at=None, what=Overridden.REST),
                name="rest_override_one_a_request",
            ),
            models.CheckConstraint(
                condition=Q(what=Overridden.SUPPORT, request_id=None, until_at=None)
                | Q(
                    what=Overridden.REST,
                    request_id__isnull=False,
                    until_at__gt=F("given_at"),
                    until_at__lte=F("given_at") + LONGEST_REST_OVERRIDE,
                ),
                name="rest_override_one_request_at_most_a_week",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on"))
                & Q(until_on__lte=F("from_on") + LONGEST_OVERRIDE),
                name="support_override_at_most_three_months",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="support_override_ended_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return f"override until {self.until_on}"

    def holds_on(self, day: date) -> bool:
        """Whether it counts on that day."""
        return (
            self.ended_at is None and self.until_at is None and self.from_on <= day <= self.until_on
        )
