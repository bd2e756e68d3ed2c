"""How much is enough: load, quiet hours, rest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pool.actions import Limits
from pool.forms.fields import ClockField, PoolForm

MOST_HOURS = 168
HOUR = 60


class LimitsForm(PoolForm):
    """What somebody agrees about load and quiet. Empty follows the region."""

    max_per_week = forms.IntegerField(
        label=_("Sessions a week, at most"), min_value=0, max_value=20
    )
    max_running = forms.IntegerField(
        label=_("Buddy work at the same time, at most"), min_value=0, max_value=20
    )
    quiet_from = ClockField(label=_("Quiet from"), required=False)
    quiet_until = ClockField(label=_("Quiet until"), required=False)
    urgent_wakes = forms.BooleanField(
        label=_("An urgent question may come in quiet hours"), required=False
    )
    rest_hours = forms.IntegerField(
        label=_("Hours of rest after a heavy contact"),
        required=False,
        min_value=0,
        max_value=MOST_HOURS,
    )

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        rest = limits.heavy_rest_minutes
        kwargs["initial"] = {
            "max_per_week": limits.max_per_week,
            "max_running": limits.max_running,
            "quiet_from": limits.quiet_from,
            "quiet_until": limits.quiet_until,
            "urgent_wakes": limits.urgent_wakes,
            "rest_hours": None if rest is None else rest // HOUR,
        }
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        pair = ("quiet_from", "quiet_until")
        if not set(pair) & set(self.errors):
            missing = [name for name in pair if cleaned.get(name) is None]
            if len(missing) == 1:
                self.add_error(missing[0], _("Fill in both times, or none."))
        return cleaned

    def limits(self) -> Limits:
        """What was filled in."""
        given = self.cleaned_data
        rest = given["rest_hours"]
        return Limits(
            max_running=given["max_running"],
            max_per_week=given["max_per_week"],
            quiet_from=given["quiet_from"],
            quiet_until=given["quiet_until"],
            urgent_wakes=given["urgent_wakes"],
            heavy_rest_minutes=None if rest is None else rest * HOUR,
        )
