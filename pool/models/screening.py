"""The way to a VOG, and what carries work without one. Never a reason, never an offence.

The evidence itself is in `papers`. Here is what runs before it: an application, sealed as a
whole, so that a copy of the database does not tell who was refused (docs/adr/0030).
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional, regional_key
from core.crypto import SealedJSON, Subject
from core.retention import Keep
from pool.models.experts import _AboutExpert
from pool.rules.vog import BRIDGE_AT_MOST
from pool.vocabulary import BridgeReason, RequirementLevel

# Longer than any progress; every row is as long as any other, whatever it says.
PADDED_TO = 600
HALF_A_YEAR = timedelta(days=183)


class VogApplication(Subject):
    """The way to one VOG: state and dates in one sealed box, one row per expert.

    `keep_until` is six months after the last step. From the first voluntary state on it stays
    where it is, so that a refusal is never kept longer; and a VOG that was seen erases the row.
    """

    retention = Keep.after(
        "keep_until",
        timedelta(0),
        "six months after the last step; at once when a VOG was seen",
    )

    expert = regional_key("pool.Expert", on_delete=models.CASCADE)
    box = SealedJSON(limit=2 * PADDED_TO)
    changed_at = models.DateTimeField()
    keep_until = models.DateTimeField()

    class Meta(Subject.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert"], name="vog_application_one_per_expert"
            ),
            models.CheckConstraint(
                condition=Q(keep_until__lte=F("changed_at") + HALF_A_YEAR),
                name="vog_application_kept_six_months_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def progress(self) -> dict[str, Any]:
        """What the box holds: `state` and the dates that are known, as text."""
        said: dict[str, Any] = {key: value for key, value in self.box.items() if key != "pad"}
        return said

    @progress.setter
    def progress(self, said: dict[str, Any]) -> None:
        self.box = {**said, "pad": " " * (PADDED_TO - len(json.dumps(said)))}


class VogAttempt(_AboutExpert):
    """From which day a new attempt makes sense. A date, and nothing beside it."""

    from_on = models.DateField(_("a new attempt makes sense from"))
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "expert"], name="vog_attempt_one_per_expert")
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class VogBridge(_AboutExpert):
    """Running work goes on for some weeks after a VOG ended. Takes two persons.

    [starts_on, ends_on), local days; it counts from the moment that a second person granted it.
    One VOG is bridged once.
    """

    vog = regional_key("pool.VogEvidence", on_delete=models.CASCADE)
    reason = models.CharField(max_length=16, choices=BridgeReason)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="vog_bridge_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__lte=F("starts_on") + BRIDGE_AT_MOST),
                name="vog_bridge_eight_weeks_at_most",
            ),
            models.CheckConstraint(
                condition=Q(granted_at=None, granted_by=None)
                | Q(granted_at__isnull=False, granted_by__isnull=False),
                name="vog_bridge_granted_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=F("asked_by")),
                name="vog_bridge_two_different_people",
            ),
            models.UniqueConstraint(
                fields=["region", "vog"],
                condition=Q(granted_at__isnull=False),
                name="vog_bridge_one_per_vog",
            ),
        ]

    def __str__(self) -> str:
        return f"bridge {self.pk}"


class VogBridgeWork(Regional):
    """One decision of the region's matrix that a bridge rests on, and only one of policy.

    The level stands here as well, tied to the decision by a key of three columns: what the law
    asks cannot be written here at all, nor where the region decided nothing.
    """

    retention = Keep.with_parent("bridge")

    bridge = regional_key("pool.VogBridge", on_delete=models.CASCADE)
    requirement = regional_key("pool.Requirement", on_delete=models.CASCADE)
    level = models.CharField(
        max_length=8, choices=RequirementLevel, default=RequirementLevel.POLICY, editable=False
    )

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "bridge", "requirement"], name="vog_bridge_work_once"
            ),
            models.CheckConstraint(
                condition=Q(level=RequirementLevel.POLICY), name="vog_bridge_never_for_the_law"
            ),
        ]

    def __str__(self) -> str:
        return f"work {self.pk}"
