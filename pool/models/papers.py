"""What was seen on paper: VOG, training, agreements. Never the papers themselves."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import OrganisationKind, User
from core.access.scope import Regional
from core.retention import Keep
from pool.models.experts import _AboutExpert
from pool.vocabulary import Activity, RequirementLevel, ScreeningKind


class VogEvidence(_AboutExpert):
    """A VOG that a coordinator has seen (domain.md 2.6): dates and codes, no number, no file."""

    issue_date = models.DateField(_("date on the VOG"))
    seen_on = models.DateField(_("seen on"))
    seen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    authenticity_checked = models.BooleanField(_("authenticity marks checked"), default=False)
    profile_kind = models.CharField(_("kind of profile"), max_length=8, choices=ScreeningKind)
    profile_codes = ArrayField(models.CharField(max_length=3), default=list)
    function_label = models.CharField(_("function on the VOG"), max_length=80, blank=True)
    organisation_label = models.CharField(_("organisation on the VOG"), max_length=120, blank=True)
    policy_valid_until = models.DateField(_("valid until, by policy"))
    replaced_on = models.DateField(null=True, blank=True)
    # Two persons asked for a new one: until that was seen, this one carries no work.
    recheck_at = models.DateTimeField(null=True, blank=True)
    recheck_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert"],
                condition=Q(replaced_on=None),
                name="vog_one_current_per_expert",
            ),
            models.CheckConstraint(
                condition=Q(recheck_at=None, recheck_by=None)
                | Q(recheck_at__isnull=False, recheck_by__isnull=False),
                name="vog_recheck_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(seen_on__gte=F("issue_date")), name="vog_seen_not_before_issue"
            ),
            models.CheckConstraint(
                condition=Q(policy_valid_until__gt=F("issue_date")), name="vog_valid_after_issue"
            ),
        ]

    def __str__(self) -> str:
        return f"seen {self.seen_on}"


class Training(_AboutExpert):
    """A course: begun, finished, certificate seen (not stored), perhaps expiring.

    `kind` is a code of the region's own list (`Term`); the database knows it.
    """

    kind = models.CharField(max_length=24)
    provider = models.CharField(_("provider"), max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(_("level (0-5)"), default=1)
    started_on = models.DateField(_("started on"))
    completed_on = models.DateField(_("finished on"), null=True, blank=True)
    certificate_seen_on = models.DateField(_("certificate seen on"), null=True, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(level__lte=5), name="training_level_0_to_5"),
            models.CheckConstraint(
                condition=Q(completed_on=None) | Q(completed_on__gte=F("started_on")),
                name="training_completed_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Agreement(_AboutExpert):
    """A signed agreement; the work needs confidentiality and code of conduct (domain.md 3.4).

    `kind` is a code of the region's own list (`Term`).
    """

    kind = models.CharField(max_length=24)
    signed_on = models.DateField(_("signed on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    # Signed anew on that day: this one is history, though it may still count.
    renewed_on = models.DateField(null=True, blank=True)

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("signed_on")),
                name="agreement_ends_after_signing",
            ),
            models.CheckConstraint(
                condition=Q(renewed_on=None) | Q(renewed_on__gte=F("signed_on")),
                name="agreement_renewed_after_signing",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Requirement(Regional):
    """Does this work at this kind of host need a VOG? The region's matrix, dated.

    Exactly one row applies to an activity, a kind of host and a day; the law is never
    snapshotted, so the row of the day of the work counts.
    """

    retention = Keep.while_in_use("Rules of the region; about no person.")

    activity = models.CharField(max_length=16, choices=Activity)
    host_kind = models.CharField(max_length=24, choices=OrganisationKind)
    level = models.CharField(max_length=8, choices=RequirementLevel)
    profile_kind = models.CharField(max_length=8, choices=ScreeningKind, blank=True)
    profile_code = models.CharField(max_length=3, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "activity", "host_kind", "valid_from"], name="requirement_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="requirement_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} x {self.host_kind} = {self.level}"
