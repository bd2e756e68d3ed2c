"""Decisions with their reasons, waves, offers, and declared conflicts.

A request goes out in small waves and the first to accept gets the seat. Every change below
is one conditional UPDATE, so answering twice, late, or running a task twice is harmless.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.access.models import User
from core.access.scope import Regional, home_region, regional_key
from core.retention import Keep
from matching.states import Conflict, DeclineReason, OfferState, WaveState


class Decision(Regional):
    """One look at the pool for one seat: who fits and why, who does not and why.

    `ranked` is a list of {expert, score, parts: [{code, points, fact}]} in order; `excluded`
    a list of {expert, objections: [{code, facts}]}. Codes and numbers only; sentences are
    made when somebody reads.
    """

    retention = Keep.with_parent("seat")

    seat = regional_key("matching.Seat", on_delete=models.CASCADE)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by_machine = models.BooleanField(default=False)
    ranked = models.JSONField(default=list)
    excluded = models.JSONField(default=list)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(by_machine=True, made_by=None)
                | Q(by_machine=False, made_by__isnull=False),
                name="decision_made_at_with_by",
            )
        ]
        indexes = [models.Index(fields=["seat", "-made_at"], name="decision_newest")]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class Wave(Regional):
    """One round of offers for one seat, with a size and a deadline.

    `order` is who is asked after whom, as a coordinator or the ranking set it; `size` of them
    hold an open offer at the same time. An answer of no makes room for the next.
    """

    retention = Keep.with_parent("seat")

    seat = regional_key("matching.Seat", on_delete=models.CASCADE)
    decision = regional_key("matching.Decision", on_delete=models.CASCADE)
    number = models.PositiveSmallIntegerField()
    size = models.PositiveSmallIntegerField()
    order = ArrayField(models.UUIDField(), default=list)
    state = models.CharField(max_length=8, choices=WaveState, default=WaveState.ACTIVE)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "seat"],
                condition=Q(state=WaveState.ACTIVE),
                name="wave_one_active_per_seat",
            ),
            models.UniqueConstraint(
                fields=["region", "seat", "number"], name="wave_number_once_per_seat"
            ),
            models.CheckConstraint(
                condition=Q(deadline_at__gt=F("started_at")), name="wave_deadline_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state=WaveState.ACTIVE) ^ Q(closed_at__isnull=False),
                name="wave_closed_at_iff_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"wave {self.number}"


class Offer(Regional):
    """A question to one expert for one seat, with a deadline. Open offers hold nothing.

    An expert whom another region lends belongs to `lent_from`, and `grant_id` is the agreement;
    both are empty for the experts of the own region.
    """

    retention = Keep.with_parent("seat")

    seat = regional_key("matching.Seat", on_delete=models.CASCADE)
    wave = regional_key("matching.Wave", on_delete=models.CASCADE)
    expert = regional_key("pool.Expert")
    lent_from = models.BigIntegerField(null=True, blank=True)
    expert_region_id = home_region("lent_from")
    grant_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=OfferState, default=OfferState.OPEN)
    rank = models.PositiveSmallIntegerField(default=1)
    offered_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    undo_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=10, choices=DeclineReason, blank=True)
    by_link = models.BooleanField(default=False)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "seat"],
                condition=Q(state=OfferState.ACCEPTED),
                name="offer_one_accepted_per_seat",
            ),
            models.UniqueConstraint(
                fields=["region", "seat", "expert"],
                condition=Q(state=OfferState.OPEN),
                name="offer_one_open_per_seat_and_expert",
            ),
            models.CheckConstraint(
                condition=Q(deadline_at__gt=F("offered_at")), name="offer_deadline_after_start"
            ),
            models.CheckConstraint(
                condition=Q(lent_from=None, grant_id=None)
                | Q(lent_from__isnull=False, grant_id__isnull=False),
                name="offer_lent_with_grant",
            ),
            models.CheckConstraint(
                condition=Q(state=OfferState.OPEN) ^ Q(closed_at__isnull=False),
                name="offer_closed_at_iff_not_open",
            ),
        ]
        # The sweep reads only open offers, nearest deadline first.
        indexes = [
            models.Index(
                fields=["deadline_at"], condition=Q(state=OfferState.OPEN), name="offer_open_due"
            ),
            models.Index(fields=["expert", "state"], name="offer_of_expert"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class ConflictDeclaration(Regional):
    """What an expert said about knowing somebody, for this request only. No reason is kept."""

    retention = Keep.with_parent("request")

    request = regional_key("matching.Request", on_delete=models.CASCADE)
    expert = regional_key("pool.Expert", on_delete=models.CASCADE)
    lent_from = models.BigIntegerField(null=True, blank=True)
    expert_region_id = home_region("lent_from")
    answer = models.CharField(max_length=12, choices=Conflict)
    declared_at = models.DateTimeField()

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "request", "expert"], name="conflict_one_answer_per_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.pk}"
