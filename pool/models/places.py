"""Areas (reference data), safe meeting places, and what a region agreed for its pool."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access.scope import Regional, regional_key
from core.crypto import SealedText, Subject
from core.retention import Keep


class Area(models.Model):
    """A postcode area with a rounded centre; reference data, the same for every region."""

    code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=80)
    latitude = models.DecimalField(max_digits=6, decimal_places=3)
    longitude = models.DecimalField(max_digits=6, decimal_places=3)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class MeetingPlace(Subject):
    """A safe place of the region to meet: no home, with others near. The address is sealed."""

    retention = Keep.after("closed_at", timedelta(days=90), "three months after it was closed")

    name = SealedText(limit=120)
    address = SealedText(limit=200)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    organisation = regional_key("core.Organisation", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class RegionProfile(Regional):
    """What a region agreed for its pool: numbers and hours, changed by its administrator."""

    retention = Keep.while_in_use("Agreements of the region; about no person.")

    coordinator_phone = models.CharField(_("phone of the coordinators"), max_length=20)
    picket_phone = models.CharField(_("phone outside office hours"), max_length=20)
    host = regional_key("core.Organisation")
    day_base = models.PositiveSmallIntegerField(
        _("number of the first day"),
        default=0,
        validators=[MaxValueValidator(1)],
        help_text=_("Regions differ: is the day of imposition day 0 or day 1?"),
    )
    # In a straight line between the centres of two areas; of 0 only the same area is too near.
    min_distance_km = models.DecimalField(
        _("minimum distance to home (km)"),
        max_digits=4,
        decimal_places=1,
        default=Decimal("2.0"),
        validators=[MinValueValidator(0), MaxValueValidator(50)],
    )
    road_factor = models.DecimalField(
        _("road distance per straight distance"),
        max_digits=3,
        decimal_places=2,
        default="1.30",
        validators=[MinValueValidator(1)],
    )
    vog_policy_months = models.PositiveSmallIntegerField(_("VOG renewed after months"), default=36)
    rest_minutes = models.PositiveSmallIntegerField(_("rest after any contact"), default=720)
    heavy_rest_minutes = models.PositiveSmallIntegerField(
        _("rest after heavy contact"), default=1440, validators=[MaxValueValidator(10080)]
    )
    travel_minutes = models.PositiveSmallIntegerField(_("travel around a session"), default=30)
    quiet_from = models.TimeField(_("quiet hours from"), default=time(22, 0))
    quiet_until = models.TimeField(_("quiet hours until"), default=time(7, 0))
    # Probation: whoever is new does so many assignments with somebody beside.
    first_with_two = models.PositiveSmallIntegerField(
        _("first assignments with two"), default=2, validators=[MaxValueValidator(10)]
    )

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region"], name="region_profile_one_per_region"),
            models.CheckConstraint(condition=Q(day_base__in=[0, 1]), name="region_day_base_0_or_1"),
            models.CheckConstraint(
                condition=Q(min_distance_km__gte=0, min_distance_km__lte=50),
                name="region_min_distance_up_to_50_km",
            ),
        ]

    def __str__(self) -> str:
        return f"profile of region {self.region_id}"

    @classmethod
    def here(cls) -> RegionProfile:
        """The profile of the current region."""
        return cls.objects.select_related("host").get()
