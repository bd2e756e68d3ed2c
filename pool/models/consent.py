"""What an expert agreed to, in which words, and what the expert wants to see corrected."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import regional_key
from core.crypto import SealedText, Subject
from core.retention import Keep
from pool.models.experts import _AboutExpert


class Consent(_AboutExpert):
    """A yes to being in the pool, to one text; taking it back ends it, a new yes is a new row.

    `text_hash` is the SHA-256 of the words that were on the screen.
    """

    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2)
    text_hash = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert"],
                condition=Q(withdrawn_at=None),
                name="consent_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__gte=F("given_at"), withdrawn_by__isnull=False),
                name="consent_withdrawn_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.version} {self.pk}"


class CorrectionField(models.TextChoices):
    """What only the coordinator can change."""

    NAME = "NAME", _("my name")
    EMAIL = "EMAIL", _("my e-mail address")
    COORDINATOR = "COORDINATOR", _("who my coordinator is")
    ACTIVITIES = "ACTIVITIES", _("for which work I may be asked")
    PAPERS = "PAPERS", _("papers that were seen")
    OTHER = "OTHER", _("something else")


class Correction(Subject):
    """A wish to have something put right; the words go when it is dealt with."""

    retention = Keep.after("done_at", timedelta(days=90), "three months after it was dealt with")

    expert = regional_key("pool.Expert", on_delete=models.CASCADE)
    field = models.CharField(max_length=12, choices=CorrectionField)
    wish = SealedText(limit=300, null=True)
    asked_at = models.DateTimeField()
    is_granted = models.BooleanField(null=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Subject.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, is_granted=None)
                | Q(done_at__isnull=False, done_by__isnull=False, is_granted__isnull=False),
                name="correction_done_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(wish__isnull=True),
                name="correction_words_go_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"
