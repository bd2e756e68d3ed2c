"""Due work without content, and messages with sealed content."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q

from core.access.models import Region, User
from core.access.scope import Regional, RegionManager
from core.crypto.fields import SealedJSON, SealedText
from core.crypto.models import Subject
from core.outbox.states import Channel, DeliveryState, MessageState, WorkState
from core.retention import Keep


class DueWork(models.Model):
    """Something that must happen at a moment: which handler, about which row. No content.

    The worker role reads this table across regions to claim rows, so there is nothing in it
    to read; what a row means stands in regional tables.
    """

    retention = Keep.after("ended_at", timedelta(days=14), "two weeks after it was done")

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", editable=False)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    once_per = models.CharField(max_length=120)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Of these, how many in a row came to no end at all: killed, or broken by its own code.
    unended = models.PositiveSmallIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=10, choices=WorkState, default=WorkState.WAITING)
    ended_at = models.DateTimeField(null=True)

    objects = RegionManager["DueWork"]()
    unbound = models.Manager["DueWork"]()

    class Meta:
        base_manager_name = "unbound"
        constraints = [
            models.UniqueConstraint(fields=["region", "once_per"], name="duework_once_per"),
            models.CheckConstraint(
                condition=Q(state=WorkState.WAITING) ^ Q(ended_at__isnull=False),
                name="duework_ended_at_iff_not_waiting",
            ),
        ]
        # The heartbeat asks for the oldest waiting row.
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(state=WorkState.WAITING),
                name="duework_waiting",
            ),
            # The same per region, for the turns that regions take.
            models.Index(
                fields=["region", "not_before", "id"],
                condition=Q(state=WorkState.WAITING),
                name="duework_turn",
            ),
            models.Index(fields=["kind", "subject"], name="duework_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Message(Subject):
    """One message to one person on one channel; address and content sealed.

    `about` and `about_version` name the row it speaks of, so that a later change of that row
    can withdraw it (`withdraw`). `replaces` is the reference of the message that could not
    leave on another channel. `n_unknown` counts texts that were written without an answer.
    """

    retention = Keep.after("ended_at", timedelta(days=14), "message bodies two weeks")

    template = models.CharField(max_length=80)
    channel = models.CharField(max_length=8, choices=Channel)
    recipient = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    address = SealedText(limit=254)
    content = SealedJSON()
    about = models.UUIDField(null=True)
    about_version = models.PositiveIntegerField(default=0)
    once_per = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    useful_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.QUEUED)
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=40, blank=True)
    replaces = models.UUIDField(null=True)
    n_unknown = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta(Subject.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "once_per"], name="message_once_per"),
            models.CheckConstraint(
                condition=Q(state=MessageState.QUEUED) ^ Q(ended_at__isnull=False),
                name="message_ended_at_iff_not_queued",
            ),
        ]
        indexes = [
            models.Index(fields=["about"], name="message_about"),
            models.Index(
                fields=["replaces"], condition=Q(replaces__isnull=False), name="message_replaces"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"

    @property
    def reference(self) -> UUID:
        """What providers know it by; the same for every copy, on every channel."""
        return self.replaces or self.pk


class Delivery(Regional):
    """What a provider reported about one message: no address, no text, no person.

    Stays longer than the message, so that a complaint weeks later finds an answer.
    """

    retention = Keep.after("sent_at", timedelta(days=90), "delivery reports three months")

    reference = models.UUIDField()
    channel = models.CharField(max_length=8, choices=Channel)
    provider_id = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.SENT)
    sent_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "reference", "channel"], name="delivery_once_per_channel"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT) | Q(reported_at__isnull=False),
                name="delivery_reported_at_when_it_moved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.reference}"


class Heartbeat(models.Model):
    """When the worker was last seen alive, and what it left waiting; about no person."""

    name = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField()
    oldest_due_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
