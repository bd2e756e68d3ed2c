"""What coordinators choose: whom to see, whom to stop, who has duty."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.clock import AMSTERDAM
from pool.forms.fields import (
    ClockField,
    DayField,
    PoolForm,
    big,
    blank,
    coordinators,
    minutes_of,
)
from pool.rules import instant_of
from pool.vocabulary import Activity, SuspensionReason


class SuspendForm(PoolForm):
    """Stop at once: one tap on a code, no story."""

    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("A code only. Write the story nowhere."),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why. Nothing has been stopped yet.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.choices = big(SuspensionReason.choices)


class WorkForm(PoolForm):
    """One kind of work, or all of it."""

    activity = forms.ChoiceField(label=_("Work"), required=False, choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        works: Any = self.fields["activity"]
        works.choices = blank(_("All work"), Activity.choices)

    def chosen(self) -> str:
        """What was chosen; anything unknown is all work."""
        self.is_valid()
        return self.cleaned_data.get("activity") or ""


class OnCallForm(PoolForm):
    """Duty of one coordinator, from a moment until a moment."""

    user = forms.ChoiceField(label=_("Who"), choices=[])
    first_day = DayField(label=_("From"))
    first_time = ClockField(label=_("Time"), initial=time(17, 0))
    last_day = DayField(label=_("Until"))
    last_time = ClockField(label=_("Time"), initial=time(9, 0))
    place_in_chain = forms.TypedChoiceField(
        label=_("Called as"),
        choices=[
            ("1", pgettext_lazy("order of calling", "first")),
            ("2", pgettext_lazy("order of calling", "second")),
            ("3", pgettext_lazy("order of calling", "third")),
        ],
        coerce=int,
        initial="1",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["user"]
        people.choices = coordinators()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and self.period()[1] <= self.period()[0]:
            self.add_error("last_day", _("The end comes before the beginning. Look again."))
        return cleaned

    def period(self) -> tuple[datetime, datetime]:
        """[from, until) as instants."""
        given = self.cleaned_data
        return (
            instant_of(given["first_day"], minutes_of(given["first_time"]), AMSTERDAM),
            instant_of(given["last_day"], minutes_of(given["last_time"]), AMSTERDAM),
        )
