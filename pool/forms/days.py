"""Days that differ from the week: whole parts to tap, or exact hours of one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.ui import moments
from pool.forms.fields import ClockField, DayField, PoolForm, minutes_of
from pool.rules import DAY_PARTS, MINUTES_A_DAY, DayHours, DayPart

N_DAYS = 14
A_WEEK = 7
PARTS = [("DAYTIME", _("Day")), ("EVENING", _("Evening")), ("NIGHT", _("Night"))]


@dataclass(frozen=True)
class DayToTap:
    """One day of the form; `differs` where it is not what the week says."""

    name: str
    parts: BoundField
    differs: bool


class DaysForm(PoolForm):
    """Two weeks, each day with day, evening and night as they stand now.

    The first day travels along: whoever sends the form after midnight means the days they saw.
    """

    first = forms.DateField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        first: date,
        parts: frozenset[DayPart] = frozenset(),
        differing: frozenset[date] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, auto_id="days_%s", **kwargs)
        if self.is_bound:
            first = self._sent_first() or first
        self._differing = differing
        self._dates = [first + timedelta(days=n) for n in range(N_DAYS)]
        self.initial["first"] = first
        for day in self._dates:
            name = _name(day)
            self.fields[name] = forms.MultipleChoiceField(
                choices=PARTS, required=False, widget=forms.CheckboxSelectMultiple
            )
            self.initial[name] = [part for part, *_bounds in DAY_PARTS if (day, part) in parts]

    def _sent_first(self) -> date | None:
        try:
            return date.fromisoformat(self.data.get("first", ""))
        except ValueError:
            return None

    def this_week(self) -> Iterator[DayToTap]:
        """The seven days that are open on the page."""
        return self._days(self._dates[:A_WEEK])

    def next_week(self) -> Iterator[DayToTap]:
        """The seven days after them."""
        return self._days(self._dates[A_WEEK:])

    def _days(self, dates: list[date]) -> Iterator[DayToTap]:
        for day in dates:
            yield DayToTap(
                name=capfirst(moments.day(day)),
                parts=self[_name(day)],
                differs=day in self._differing,
            )

    def wanted(self, *, today: date) -> dict[DayPart, bool]:
        """What was ticked and what was not, of today and later."""
        return {
            (day, part): part in self.cleaned_data[_name(day)]
            for day in self._dates
            for part, *_bounds in DAY_PARTS
            if day >= today
        }


def _name(day: date) -> str:
    return f"day_{day.isoformat()}"


class ExactForm(PoolForm):
    """One day, there or not, from when until when; without times the whole day."""

    day = DayField(label=_("Which day"))
    there = forms.ChoiceField(
        label=_("On that day"),
        choices=[("YES", _("I can")), ("NO", _("I cannot"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether it is possible then.")},
    )
    starts = ClockField(label=_("From"), required=False)
    ends = ClockField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if {"starts", "ends"} & set(self.errors):
            return cleaned
        if (cleaned.get("starts") is None) != (cleaned.get("ends") is None):
            missing = "starts" if cleaned.get("starts") is None else "ends"
            self.add_error(missing, _("Fill in both times, or none."))
        return cleaned

    def hours(self) -> DayHours:
        """What was filled in; an end that is not later is on the next day."""
        given = self.cleaned_data
        starts = minutes_of(given["starts"]) if given["starts"] else 0
        ends = minutes_of(given["ends"]) if given["ends"] else MINUTES_A_DAY
        if ends <= starts:
            ends += MINUTES_A_DAY
        return DayHours(given["day"], starts, ends, is_there=given["there"] == "YES")
