"""Fields that several forms share, and how a form is divided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.access.models import Membership, Role
from core.ui.forms import speak
from pool.models import Area

AREA_CODE = re.compile(r"^[1-9]\d{3}$")
NOTHING = "—"

Words = str | Promise
Pair = tuple[BoundField, BoundField]


def big(choices: Iterable[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """Choices with a capital, in the language of who looks."""
    return [(str(value), capfirst(str(label))) for value, label in choices]


def blank(label: Words, choices: Iterable[tuple[Any, Any]]) -> list[tuple[str, Words]]:
    """The same, and the choice of none of them."""
    return [("", label), *big(choices)]


class PoolForm(forms.Form):
    """A form whose empty fields say what to fill in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            speak(field)


class DayField(forms.DateField):
    """A day, from the calendar of the device; also typed as 5-9-2026."""

    default_error_messages: ClassVar = {
        "required": _("Choose the day."),
        "invalid": _("Write a day that exists, such as 5-9-2026."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d-%m-%Y"])
        super().__init__(**kwargs)


class ClockField(forms.TimeField):
    """Hours and minutes on the wall clock."""

    default_error_messages: ClassVar = {
        "required": _("Fill in the time."),
        "invalid": _("Write a time, such as 18:30."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        super().__init__(**kwargs)


def minutes_of(moment: time) -> int:
    """Minutes after midnight."""
    return moment.hour * 60 + moment.minute


@dataclass(frozen=True)
class Section:
    """One group of fields, under one heading."""

    title: Words
    text: Words
    fields: Sequence[BoundField]
    pairs: Sequence[Pair] = ()
    folded: bool = False

    @property
    def is_faulty(self) -> bool:
        """Something in it needs a look, so it starts unfolded; else nobody reads along."""
        return any(one.errors for one in self.fields)

    @property
    def first_pairs(self) -> list[Pair]:
        """What was filled in or needs a look, and always the first."""
        return [pair for n, pair in enumerate(self.pairs) if not n or _is_used(pair)]

    @property
    def more_pairs(self) -> list[Pair]:
        """Room to add something."""
        return [pair for n, pair in enumerate(self.pairs) if n and not _is_used(pair)]


def _is_used(pair: Pair) -> bool:
    return any(one.value() or one.errors for one in pair)


def coordinators() -> list[tuple[str, str]]:
    """Who coordinates in this region now: id and name."""
    running = Membership.objects.filter(role=Role.COORDINATOR, ended_at=None)
    people = {row.user_id: row.user.name for row in running.select_related("user")}
    return sorted(((str(pk), name) for pk, name in people.items()), key=lambda one: one[1])


def known_areas(codes: Iterable[str]) -> list[str]:
    """These areas, or a sentence about the first that does not exist."""
    wanted = [code for code in codes if code]
    for code in wanted:
        if not AREA_CODE.match(code):
            raise forms.ValidationError(_("An area is four figures, such as 3311."))
    known = set(Area.objects.filter(code__in=wanted).values_list("code", flat=True))
    for code in wanted:
        if code not in known:
            message = _("We do not know area %(code)s. Choose one nearby.")
            raise forms.ValidationError(message, params={"code": code})
    return wanted
