"""The hours of every week, and days away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.clock import AMSTERDAM
from pool.forms.fields import (
    ClockField,
    DayField,
    PoolForm,
    minutes_of,
)
from pool.rules import DAY_PARTS, MINUTES_A_DAY, WeekRow, instant_of

ALL_MINUTES = 24 * 60


@dataclass(frozen=True)
class DayOfWeek:
    """One weekday of the form: three parts to tap, and exact times for who wants them.

    Attributes:
        told: the exact times that stand now, in words; they need no unfolding to be read.
        is_faulty: a time needs a look, so the times start unfolded.
    """

    name: str
    parts: BoundField
    times: Sequence[tuple[BoundField, BoundField]]
    told: str
    is_faulty: bool


class WeekForm(PoolForm):
    """Seven days, each with day, evening and night to tap, or exact times."""

    MOST_TIMES = 6

    def __init__(self, *args: Any, week: Iterable[WeekRow] = (), **kwargs: Any) -> None:
        found = [_split([row for row in week if row.weekday == day]) for day in range(7)]
        kwargs["initial"] = _week_initial(found)
        super().__init__(*args, **kwargs)
        self.n_times = [self._asked(day, len(found[day][1])) for day in range(7)]
        for day in range(7):
            parts = forms.MultipleChoiceField(
                label=capfirst(str(WEEKDAYS[day])),
                choices=[
                    ("DAYTIME", _("Day")),
                    ("EVENING", _("Evening")),
                    ("NIGHT", _("Night")),
                ],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"d{day}_parts"] = parts
            for n in range(self.n_times[day]):
                self.fields[f"d{day}_from_{n}"] = ClockField(label=_("From"), required=False)
                self.fields[f"d{day}_until_{n}"] = ClockField(label=_("Until"), required=False)

    def _asked(self, day: int, stored: int) -> int:
        """How many pairs of times this form has: what is stored, or what was sent, and one more."""
        sent = sum(f"d{day}_from_{n}" in self.data for n in range(self.MOST_TIMES))
        return min(max(stored + 1, sent), self.MOST_TIMES)

    def days(self) -> Iterator[DayOfWeek]:
        """The days as the page shows them."""
        for day in range(7):
            times = [
                (self[f"d{day}_from_{n}"], self[f"d{day}_until_{n}"])
                for n in range(self.n_times[day])
            ]
            yield DayOfWeek(
                name=capfirst(str(WEEKDAYS[day])),
                parts=self[f"d{day}_parts"],
                times=times,
                told=", ".join(_told(one, other) for one, other in times if one.value()),
                is_faulty=any(one.errors or other.errors for one, other in times),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for day in range(7):
            for n in range(self.n_times[day]):
                first, last = f"d{day}_from_{n}", f"d{day}_until_{n}"
                if first in self.errors or last in self.errors:
                    continue
                if (cleaned.get(first) is None) != (cleaned.get(last) is None):
                    missing = first if cleaned.get(first) is None else last
                    self.add_error(missing, _("Fill in both times, or none."))
        return cleaned

    def rows(self) -> list[WeekRow]:
        """The week that was filled in; an end that is not later is on the next day."""
        bounds = {part: (begins, until) for part, begins, until in DAY_PARTS}
        found = []
        for day in range(7):
            found += [WeekRow(day, *bounds[one]) for one in self.cleaned_data[f"d{day}_parts"]]
            for n in range(self.n_times[day]):
                first = self.cleaned_data[f"d{day}_from_{n}"]
                last = self.cleaned_data[f"d{day}_until_{n}"]
                if first is not None and last is not None:
                    starts, ends = minutes_of(first), minutes_of(last)
                    found.append(
                        WeekRow(day, starts, ends if ends > starts else ends + MINUTES_A_DAY)
                    )
        return found


def _told(first: BoundField, last: BoundField) -> str:
    shown = (one.value() for one in (first, last))
    begins, ends = (f"{one:%H:%M}" if isinstance(one, time) else str(one or "") for one in shown)
    return pgettext("hours of a day", "%(from)s to %(until)s") % {"from": begins, "until": ends}


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _split(rows: list[WeekRow]) -> tuple[list[str], list[WeekRow]]:
    """The parts of the day that a day's rows fill exactly, and the rows that do not fit parts."""
    parts: list[str] = []
    others = []
    for row in rows:
        inside = [
            part for part, begins, until in DAY_PARTS if row.starts <= begins and until <= row.ends
        ]
        length = sum(until - begins for part, begins, until in DAY_PARTS if part in inside)
        if inside and length == row.ends - row.starts:
            parts += inside
        else:
            others.append(row)
    return parts, others


def _week_initial(found: list[tuple[list[str], list[WeekRow]]]) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for day, (parts, others) in enumerate(found):
        initial[f"d{day}_parts"] = parts
        for n, row in enumerate(others):
            initial[f"d{day}_from_{n}"] = _clock(row.starts)
            initial[f"d{day}_until_{n}"] = _clock(row.ends)
    return initial


class AbsenceForm(PoolForm):
    """Away on whole days, or from a time until a time."""

    first_day = DayField(
        label=_("First day away"),
        error_messages={"required": _("Choose the first day away.")},
    )
    first_time = ClockField(label=_("From"), required=False)
    last_day = DayField(
        label=_("Last day away"),
        error_messages={"required": _("Choose the last day away; it may be the same day.")},
    )
    last_time = ClockField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and self.period()[1] <= self.period()[0]:
            self.add_error("last_day", _("The last day comes before the first."))
        return cleaned

    def period(self) -> tuple[datetime, datetime]:
        """[from, until) as instants; whole days where no times were given."""
        given = self.cleaned_data
        first, last = given["first_time"], given["last_time"]
        starts = instant_of(given["first_day"], minutes_of(first) if first else 0, AMSTERDAM)
        ends = instant_of(given["last_day"], minutes_of(last) if last else ALL_MINUTES, AMSTERDAM)
        return starts, ends
