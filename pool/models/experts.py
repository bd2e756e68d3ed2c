"""Experts by experience. Being in these tables is itself sensitive (AVG art. 10)."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional, RegionManager, RegionQuerySet, current_region, regional_key
from core.crypto import SealedText, Subject
from core.retention import Keep
from pool.models.places import Area
from pool.states import ADMITTED, ExpertState
from pool.vocabulary import (
    LANGUAGES,
    Activity,
    Audience,
    Experience,
    LanguageLevel,
    Need,
    SuspensionReason,
)

# How long a profile stays after somebody left, and of whom never took part (domain.md 8.5).
KEPT_AFTER = timedelta(days=91)
KEPT_UNADMITTED = timedelta(weeks=4)


class ReachableManager(models.Manager["Expert"]):
    """Experts of this region, and those whom another lent to it; the database says the same."""

    _queryset_class = RegionQuerySet

    def get_queryset(self) -> models.QuerySet[Expert]:
        # By name: the agreement points at its expert.
        grants = apps.get_model("pool", "LendingGrant").to_us.order_by()
        own = Q(region_id=current_region())
        rows = super().get_queryset().filter(own | Q(pk__in=grants.values("expert_id")))
        return rows.select_related("data_key")


class Expert(Subject):
    """Somebody who used violence at home, stopped, and now stands beside others.

    Names and contact are sealed with the expert's own key. `can_meet` holds the needs this
    expert said to be able to meet. `leaves_on` is the last local day, once somebody said so.
    `duos_to_go` is how many more assignments are done with two (probation). Why somebody leaves
    is sealed until that day, and then counted apart.
    """

    logged_as = "pk"
    retention = Keep.after(
        "keep_until",
        timedelta(0),
        "membership and three months; four weeks where somebody was not admitted",
    )

    user = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="+")
    coordinator = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=ExpertState, default=ExpertState.APPLICANT)
    first_name = SealedText(limit=60)
    last_name = SealedText(limit=80)
    phone = SealedText(limit=20)
    email = SealedText(limit=254)
    home_area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    travel_radius_km = models.PositiveSmallIntegerField(_("travels at most (km)"), default=20)
    can_meet = ArrayField(models.CharField(max_length=20, choices=Need), default=list, blank=True)
    max_running = models.PositiveSmallIntegerField(_("buddy work at the same time"), default=2)
    max_per_week = models.PositiveSmallIntegerField(_("sessions a week"), default=4)
    # Own agreements that differ from the region's; empty follows the region.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    urgent_wakes = models.BooleanField(_("urgent questions also in quiet hours"), default=True)
    heavy_rest_minutes = models.PositiveSmallIntegerField(
        _("rest after heavy contact"), null=True, blank=True
    )
    wants_sms = models.BooleanField(_("text message for an offer"), default=True)
    wants_invites = models.BooleanField(_("invitations for the calendar by mail"), default=True)
    hides_offers = models.BooleanField(_("offers start closed on my screen"), default=False)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # The day on which the expert first took part: the start rule of the law looks at it.
    started_on = models.DateField(_("takes part since"), null=True, blank=True)
    # The local day on which the first talks ended with a yes.
    admitted_on = models.DateField(null=True, blank=True)
    duos_to_go = models.PositiveSmallIntegerField(_("first assignments with two"), default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    # Consent was taken back: no list, no question, no name on any page but the own.
    hidden_at = models.DateTimeField(null=True, blank=True)
    leaves_on = models.DateField(_("last day"), null=True, blank=True)
    leaving_reason = SealedText(limit=20, null=True)
    left_at = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateTimeField(null=True, blank=True)
    # Came in by an invitation since consent is asked: no page opens before the answer.
    answers_first = models.BooleanField(default=False)

    objects: ClassVar[RegionManager[Self]] = RegionManager()
    reachable: ClassVar[ReachableManager] = ReachableManager()

    class Meta(Subject.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ExpertState.values), name="expert_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ExpertState.LEFT) ^ Q(left_at=None),
                name="expert_left_at_iff_left",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None, keep_until=None)
                | Q(
                    left_at__isnull=False,
                    keep_until__isnull=False,
                    keep_until__lte=F("left_at") + KEPT_AFTER,
                ),
                name="expert_kept_three_months_at_most",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None)
                | Q(admitted_on__isnull=False)
                | Q(keep_until__lte=F("left_at") + KEPT_UNADMITTED),
                name="expert_not_admitted_kept_four_weeks_at_most",
            ),
            models.CheckConstraint(
                condition=Q(state=ExpertState.PAUSED) ^ Q(paused_at=None),
                name="expert_paused_at_iff_paused",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(ADMITTED)) | Q(admitted_on__isnull=False),
                name="expert_takes_part_once_admitted",
            ),
            # Whoever is stopped while leaving still leaves on that day.
            models.CheckConstraint(
                condition=Q(state=ExpertState.LEAVING, leaves_on__isnull=False)
                | Q(state__in=[ExpertState.SUSPENDED, ExpertState.LEFT])
                | (~Q(state=ExpertState.LEAVING) & Q(leaves_on=None, leaving_reason__isnull=True)),
                name="expert_leaving_has_a_last_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExpertState.LEFT) | Q(leaving_reason__isnull=True),
                name="expert_left_without_reason",
            ),
            models.CheckConstraint(
                condition=Q(travel_radius_km__gte=1, travel_radius_km__lte=200),
                name="expert_travel_radius_between_1_and_200_km",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="expert_quiet_from_with_until",
            ),
            models.CheckConstraint(
                condition=Q(heavy_rest_minutes=None) | Q(heavy_rest_minutes__lte=10080),
                name="expert_rest_at_most_a_week",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def full_name(self) -> str:
        """First and last name; of who took consent back, that and nothing else."""
        if self.is_hidden:
            return gettext("Consent withdrawn")
        return self.own_name

    @property
    def own_name(self) -> str:
        """First and last name, for the person's own eyes and own letters."""
        return f"{self.first_name} {self.last_name}"

    @property
    def short_name(self) -> str:
        """First name and initial of the last word: "Ruben K."."""
        if self.is_hidden:
            return gettext("Consent withdrawn")
        last = self.last_name.split(" ")[-1]
        return f"{self.first_name} {last[:1]}."

    @property
    def call_name(self) -> str:
        """First name, for a sentence about somebody."""
        return gettext("Consent withdrawn") if self.is_hidden else str(self.first_name)

    @property
    def call_number(self) -> str:
        """The number to call; none of who took consent back."""
        return "" if self.is_hidden else str(self.phone)

    @property
    def initials(self) -> str:
        if self.is_hidden:
            return "-"
        return f"{self.first_name[:1]}{self.last_name.split(' ')[-1][:1]}"

    @property
    def is_lent(self) -> bool:
        """Belongs to another region than the one of this scope."""
        return self.region_id != current_region()

    @property
    def is_paused(self) -> bool:
        return self.state == ExpertState.PAUSED

    @property
    def is_hidden(self) -> bool:
        """Whether consent was taken back; read only where the row was read with it."""
        return self.hidden_at is not None


class _AboutExpert(Regional):
    """A row that lives and dies with an expert."""

    retention = Keep.with_parent("expert")
    expert = regional_key("pool.Expert", on_delete=models.CASCADE)

    class Meta(Regional.Meta):
        abstract = True


class ExpertActivity(_AboutExpert):
    """Work that this expert wants and, after a talk with the coordinator, may be asked for."""

    activity = models.CharField(max_length=16, choices=Activity)

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert", "activity"], name="expert_activity_once"
            )
        ]

    def __str__(self) -> str:
        return self.activity


class ExpertLanguage(_AboutExpert):
    """A language and how well: ISO 639 code, CEFR level."""

    language = models.CharField(max_length=3, choices=LANGUAGES)
    level = models.CharField(max_length=6, choices=LanguageLevel)

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert", "language"], name="expert_language_once"
            ),
            models.CheckConstraint(
                condition=Q(level__in=LanguageLevel.values), name="expert_language_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.level}"


class LifeExperience(_AboutExpert):
    """Something the expert chose to name, and to whom it may be shown."""

    code = models.CharField(max_length=20, choices=Experience)
    visible_to = models.CharField(max_length=12, choices=Audience, default=Audience.COORDINATOR)

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert", "code"], name="life_experience_once"
            )
        ]

    def __str__(self) -> str:
        return self.code


class ExcludedArea(_AboutExpert):
    """An area where this expert should not come; why is nobody's business."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "expert", "area"], name="excluded_area_once")
        ]

    def __str__(self) -> str:
        return str(self.area_id)


class ExcludedOrganisation(_AboutExpert):
    """An organisation for which this expert does not work; why is nobody's business."""

    organisation = regional_key("core.Organisation", on_delete=models.CASCADE)

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert", "organisation"], name="excluded_organisation_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation_id)


class Suspension(_AboutExpert):
    """Stopped at once by one person, lifted by two. A code, never a story.

    `came_from` is where somebody stood, and stands again when it is lifted.
    """

    came_from = models.CharField(max_length=12, choices=ExpertState)
    reason = models.CharField(max_length=10, choices=SuspensionReason)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert"],
                condition=Q(lifted_at=None),
                name="suspension_one_running",
            ),
            models.CheckConstraint(
                condition=Q(came_from__in=sorted(ADMITTED - {ExpertState.SUSPENDED})),
                name="suspension_came_from_known",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="suspension_lifted_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return f"suspension {self.pk}"
