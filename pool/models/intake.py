"""The first talks: what was gone through, and how they go on. Codes in a sealed box, no story."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import regional_key
from core.crypto import SealedJSON, Subject
from core.retention import Keep

PADDED_TO = 600
A_YEAR = timedelta(days=366)


class Intake(Subject):
    """The first talks with one expert, sealed with the key of that expert.

    The box holds the answer per topic and the outcome, and is as long as any other. It goes a
    year after it was last written, and with the profile of whoever was not admitted.
    """

    retention = Keep.after("keep_until", timedelta(0), "a year after the last talk")

    expert = regional_key("pool.Expert", on_delete=models.CASCADE)
    box = SealedJSON(limit=2 * PADDED_TO)
    talked_on = models.DateField(_("talked on"))
    talked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    again_on = models.DateField(_("call again on"), null=True, blank=True)
    written_at = models.DateTimeField()
    keep_until = models.DateTimeField()

    class Meta(Subject.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "expert"], name="intake_one_per_expert"),
            models.CheckConstraint(
                condition=Q(keep_until__lte=F("written_at") + A_YEAR),
                name="intake_kept_a_year_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"intake {self.pk}"

    @property
    def said(self) -> dict[str, Any]:
        """`answers` per topic, and `outcome`."""
        found: dict[str, Any] = {key: value for key, value in self.box.items() if key != "pad"}
        return found

    @said.setter
    def said(self, said: dict[str, Any]) -> None:
        self.box = {**said, "pad": " " * (PADDED_TO - len(json.dumps(said)))}
