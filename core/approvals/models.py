"""A question that one person may not answer alone."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional
from core.retention import Keep


class Decision(models.TextChoices):
    PENDING = "PENDING", _("waiting for the second person")
    APPROVED = "APPROVED", _("approved")
    REJECTED = "REJECTED", _("rejected")


class Approval(Regional):
    """One act that takes two (domain.md 8.8): who asked, who decided, about which state."""

    LIFETIME = timedelta(hours=24)
    retention = Keep.after(
        "expires_at", timedelta(days=365), "a year, as proof of the two-person rule"
    )

    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.PENDING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="approval_two_different_people",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, decision=Decision.PENDING)
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision=Decision.PENDING)
                ),
                name="approval_decided_at_with_by",
            ),
            models.UniqueConstraint(
                fields=["region", "kind", "subject"],
                condition=Q(decision=Decision.PENDING),
                name="approval_one_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
