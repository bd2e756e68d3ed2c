"""What stays between the steps of bringing people in, and who took the pool out."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from core.access.models import User
from core.access.scope import Regional
from core.crypto import SealedJSON, Subject
from core.retention import Keep

DRAFT_LIFETIME = timedelta(hours=1)
EXPORT_LIFETIME = timedelta(hours=24)


class ImportDraft(Subject):
    """The rows of a file that somebody is looking at, sealed. The file itself is kept nowhere."""

    retention = Keep.after(
        "expires_at", timedelta(0), "an hour, or until the rows were taken over or thrown away"
    )

    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    rows = SealedJSON()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta(Subject.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "owner"], name="import_draft_one_a_person"),
            models.CheckConstraint(
                condition=Q(
                    expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + DRAFT_LIFETIME
                ),
                name="import_draft_lives_an_hour",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PoolExport(Regional):
    """One time that the pool was taken out: who asked, who agreed, and whether it was fetched.

    The file is made when it is fetched and kept nowhere.
    """

    retention = Keep.after(
        "asked_at", timedelta(days=365), "a year, as proof of the two-person rule"
    )

    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_on = models.DateField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "agreed_on"], name="pool_export_once_a_day"),
            models.UniqueConstraint(
                fields=["region"],
                condition=Q(agreed_at=None),
                name="pool_export_one_waits",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None, agreed_by=None, agreed_on=None, expires_at=None)
                | Q(
                    agreed_at__isnull=False,
                    agreed_by__isnull=False,
                    agreed_on__isnull=False,
                    expires_at__gt=F("agreed_at"),
                ),
                name="pool_export_agreed_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("asked_by")),
                name="pool_export_two_different_people",
            ),
            models.CheckConstraint(
                condition=Q(fetched_at=None)
                | Q(fetched_at__gte=F("agreed_at"), fetched_at__lt=F("expires_at")),
                name="pool_export_fetched_in_time",
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"
