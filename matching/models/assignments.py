"""An accepted seat, and the thirteen items before a first meeting."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.access.models import User
from core.access.scope import Regional, regional_key
from core.retention import Keep
from matching.states import (
    AssignmentState,
    GateCode,
    GateItemState,
    RiskAnswer,
)


class Assignment(Regional):
    """One expert beside one participant: the accepted offer of a seat.

    `expert_region_id` and `grant_id` are the expert's own region and, for lent work, the
    agreement that allows it; for work at home they are the region itself and empty.
    """

    retention = Keep.with_parent("seat")

    seat = regional_key("matching.Seat", on_delete=models.CASCADE)
    offer = models.OneToOneField(
        "matching.Offer", models.CASCADE, related_name="+", db_constraint=False
    )
    expert = regional_key("pool.Expert")
    expert_region_id = models.BigIntegerField()
    grant_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=AssignmentState, default=AssignmentState.ACTIVE)
    started_at = models.DateTimeField()
    # Somebody new: every meeting of this work is with two (a probation that began before it).
    as_duo = models.BooleanField(default=False)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "seat"],
                condition=~Q(state=AssignmentState.ENDED),
                name="assignment_one_running_per_seat",
            ),
            models.CheckConstraint(
                condition=Q(state=AssignmentState.ENDED) ^ Q(ended_at=None),
                name="assignment_ended_at_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(grant_id__isnull=False) | Q(expert_region_id=F("region_id")),
                name="assignment_lent_needs_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class GateItem(Regional):
    """One item of the safety gate of a request: state, who, when, valid until.

    Answers are codes and dates: `risk` for G4, `stated_on` for the date of the safety plan
    (G1) or the consultation (G5). Never the content of a plan or a screening.
    """

    retention = Keep.with_parent("request")

    request = regional_key("matching.Request", on_delete=models.CASCADE)
    code = models.CharField(max_length=3, choices=GateCode)
    state = models.CharField(max_length=10, choices=GateItemState, default=GateItemState.OPEN)
    risk = models.CharField(max_length=20, choices=RiskAnswer, blank=True)
    stated_on = models.DateField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    by_system = models.BooleanField(default=False)
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "request", "code"], name="gate_item_once_per_request"
            ),
            models.CheckConstraint(
                condition=Q(state=GateItemState.OPEN, confirmed_at=None, confirmed_by=None)
                | (
                    ~Q(state=GateItemState.OPEN)
                    & Q(confirmed_at__isnull=False)
                    & (Q(confirmed_by__isnull=False) | Q(by_system=True))
                ),
                name="gate_item_confirmed_at_with_by",
            ),
            models.CheckConstraint(
                condition=~Q(state=GateItemState.WAIVED) | Q(code=GateCode.G8),
                name="gate_item_only_duo_waivable",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"
