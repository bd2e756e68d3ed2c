"""What the steps of a request share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.ui.forms import speak

YES_NO = (("YES", _("yes")), ("NO", _("no")))


@dataclass(frozen=True)
class Terms:
    """How long a measure lasts by itself and at most, in days; the region's agreement."""

    default_days: int = 10
    max_days: int = 28


class StepForm(forms.Form):
    """One step of the request. Faults are told by us, in words, not by the browser."""

    use_required_attribute = False

    def __init__(self, *args: Any, now: datetime, terms: Terms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.terms = terms
        for field in self.fields.values():
            speak(field)

    def told(self, name: str) -> str:
        """What was chosen in a field, before anything is judged; empty where nothing was."""
        return str(self.data.get(self.add_prefix(name), "")) if self.is_bound else ""
