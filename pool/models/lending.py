"""Lending between regions: what one region asked another, and who was lent, for what, until when.

An ask names needs and no person. A grant names one expert, and runs only after two persons of the
home region and the expert agreed. What the borrowing region may read hangs on these rows in the
database itself (docs/adr/0035).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import Region, User
from core.access.scope import Regional, RegionManager, RegionQuerySet, current_region, regional_key
from core.retention import Keep
from pool.states import AskState, GrantEnd, GrantState
from pool.vocabulary import Activity


class _ForUs(models.Manager["LendingAsk"]):
    """Asks of other regions to the region of this scope."""

    _queryset_class = RegionQuerySet

    def get_queryset(self) -> models.QuerySet[LendingAsk]:
        return super().get_queryset().filter(lender_region_id=current_region())


class LendingAsk(Regional):
    """What the region of this row asks another: which work, when, how far. No names."""

    retention = Keep.after("ends_on", timedelta(days=183), "six months after the asked period")

    lender_region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    activities = ArrayField(models.CharField(max_length=16, choices=Activity))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until and with"))
    max_km = models.PositiveSmallIntegerField(_("at most so far from the own region (km)"))
    state = models.CharField(max_length=9, choices=AskState, default=AskState.OPEN)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[RegionManager[Self]] = RegionManager()
    for_us: ClassVar[_ForUs] = _ForUs()

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(lender_region=F("region")), name="lending_ask_to_another_region"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="lending_ask_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state=AskState.OPEN, closed_at=None, closed_by=None)
                | (~Q(state=AskState.OPEN) & Q(closed_at__isnull=False, closed_by__isnull=False)),
                name="lending_ask_closed_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return f"ask {self.pk}"


class _ToUs(models.Manager["LendingGrant"]):
    """Agreements by which another region lends somebody to the region of this scope."""

    _queryset_class = RegionQuerySet

    def get_queryset(self) -> models.QuerySet[LendingGrant]:
        return (
            super()
            .get_queryset()
            .filter(borrower_region_id=current_region(), agreed_at__isnull=False)
        )


class LendingGrant(Regional):
    """One expert of the region of this row, lent to another: dated, and revocable at once.

    Attributes:
        max_km: how far from home, as the region grants it; `own_km` as the expert agreed.
        most_running: buddy work at the same time there, beside the work at home.
        end_side: who ended it; no reason is kept.
    """

    retention = Keep.after("ended_at", timedelta(days=365), "a year, as proof of who agreed")

    borrower_region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    expert = regional_key("pool.Expert", on_delete=models.CASCADE)
    ask = regional_key(
        "pool.LendingAsk", null=True, blank=True, on_delete=models.SET_NULL, editable=False
    )
    activities = ArrayField(models.CharField(max_length=16, choices=Activity))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until and with"))
    max_km = models.PositiveSmallIntegerField(_("travels at most (km)"))
    own_km = models.PositiveSmallIntegerField(_("travels at most (km)"), null=True, blank=True)
    most_running = models.PositiveSmallIntegerField(_("buddy work at the same time"), default=1)
    state = models.CharField(max_length=8, choices=GrantState, default=GrantState.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    end_side = models.CharField(max_length=8, choices=GrantEnd, blank=True)

    objects: ClassVar[RegionManager[Self]] = RegionManager()
    to_us: ClassVar[_ToUs] = _ToUs()

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(borrower_region=F("region")), name="lending_to_another_region"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="lending_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(granted_at=None, granted_by=None)
                | (
                    Q(granted_at__isnull=False, granted_by__isnull=False)
                    & ~Q(granted_by=F("proposed_by"))
                ),
                name="lending_granted_at_with_another_by",
            ),
            # Nobody is lent without two persons and the own word, whatever a page does.
            models.CheckConstraint(
                condition=Q(state__in=[GrantState.PROPOSED, GrantState.GRANTED], agreed_at=None)
                | Q(state=GrantState.ENDED)
                | Q(
                    state=GrantState.RUNNING,
                    granted_at__isnull=False,
                    agreed_at__isnull=False,
                    own_km__isnull=False,
                ),
                name="lending_runs_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None) | Q(granted_at__isnull=False, own_km__isnull=False),
                name="lending_agreed_after_granted",
            ),
            models.CheckConstraint(
                condition=Q(state=GrantState.ENDED) ^ Q(ended_at=None, ended_by=None, end_side=""),
                name="lending_ended_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_by__isnull=False) | Q(end_side=GrantEnd.DATE),
                name="lending_ended_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["region", "expert", "borrower_region"],
                condition=~Q(state=GrantState.ENDED),
                name="lending_one_per_expert_and_region",
            ),
        ]
        indexes = [
            models.Index(
                fields=["borrower_region"],
                condition=Q(agreed_at__isnull=False),
                name="lending_to_region",
            )
        ]

    def __str__(self) -> str:
        return f"lending {self.pk}"

    @property
    def furthest_km(self) -> int:
        """How far this expert travels for the other region: the least of both words."""
        return self.max_km if self.own_km is None else min(self.max_km, self.own_km)

    def covers(self, activity: str, on: date) -> bool:
        """Whether it runs, and holds for this work on this day."""
        is_dated = self.starts_on <= on <= self.ends_on
        return self.state == GrantState.RUNNING and is_dated and activity in self.activities
