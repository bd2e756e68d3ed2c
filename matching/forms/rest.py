"""An exception to somebody's rest: one tap on a code, and a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import AMSTERDAM
from pool.forms.fields import ClockField, DayField, PoolForm, big, minutes_of
from pool.models.training import LONGEST_REST_OVERRIDE
from pool.rules import instant_of
from pool.vocabulary import REASONS_FOR, Overridden, OverrideReason


class RestForm(PoolForm):
    """Why somebody who rests may be asked for this request, and for contact before when."""

    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("A code only. Write the story nowhere."),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why. Nothing has changed yet.")},
    )
    day = DayField(
        label=_("For contact that begins before"),
        help_text=_("At most a week ahead. After that the rest counts again."),
    )
    clock = ClockField(label=_("Time"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        reasons: Any = self.fields["reason"]
        reasons.choices = big(
            [(code, OverrideReason(code).label) for code in REASONS_FOR[Overridden.REST]]
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("day") and cleaned.get("clock"):
            until = instant_of(cleaned["day"], minutes_of(cleaned["clock"]), AMSTERDAM)
            if not self.now < until <= self.now + LONGEST_REST_OVERRIDE:
                self.add_error("day", _("Choose a moment to come, at most a week ahead."))
            cleaned["until_at"] = until
        return cleaned
