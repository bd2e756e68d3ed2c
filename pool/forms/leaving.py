"""A last day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pool.forms.fields import DayField, PoolForm, blank
from pool.vocabulary import LeavingReason


class LeaveForm(PoolForm):
    """The last day, and for the count alone a reason."""

    last_day = DayField(
        label=_("Last day"),
        help_text=_("Until the end of this day what is planned goes on. Nothing new is asked."),
        error_messages={"required": _("Choose the last day.")},
    )
    reason = forms.ChoiceField(
        label=_("Why, for the count"),
        help_text=_("It is sealed until the last day, and then counted apart from the person."),
        choices=[],
        required=False,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"last_day": today} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.choices = blank(_("not told"), LeavingReason.choices)
