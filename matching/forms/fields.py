"""Fields that several pages share: moments on the Dutch wall clock, telephone numbers, areas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pool.models import Area

# The first is what a browser's own picker sends; the rest is what people type without one.
DAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d-%m-%y", "%d/%m/%Y")
CLOCKS = ("%H:%M", "%H.%M", "%H:%M:%S")
PHONE_FIGURES = range(10, 14)
MANY_AREAS = 6


class DayInput(forms.DateInput):
    """The day picker of the device."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """The clock of the device."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class WallClockInput(forms.MultiWidget):
    """A day and a time, as they stand on the wall."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([DayInput(), ClockInput()], attrs)

    def decompress(self, value: datetime | None) -> list[date | time | None]:
        return [value.date(), value.time()] if value else [None, None]


class DayField(forms.DateField):
    """A day, typed or picked."""

    widget = DayInput

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=DAYS, **options)
        self.error_messages["invalid"] = _("Write the day as 5-9-2026.")


class WallClockField(forms.MultiValueField):
    """A day and a time on the Dutch wall clock: naive, because an hour may come twice.

    Attributes:
        part_labels: What the two inputs are called.
    """

    widget = WallClockInput
    default_error_messages = {
        "required": _("Fill in both the day and the time."),
        "incomplete": _("Fill in both the day and the time."),
    }

    def __init__(self, *, parts: Sequence[Any] = (), **options: Any) -> None:
        clock = forms.TimeField(input_formats=CLOCKS)
        clock.error_messages["invalid"] = _("Write the time as 22:40.")
        super().__init__([DayField(), clock], require_all_fields=True, **options)
        self.part_labels = tuple(parts) or (_("Day"), _("Time"))

    def clean(self, value: Any) -> datetime | None:
        # Half a moment is a slip, also where the whole field may stay empty.
        if isinstance(value, list) and any(value) and not all(value):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        found: datetime | None = super().clean(value)
        return found

    def compress(self, data_list: list[Any]) -> datetime | None:
        return datetime.combine(*data_list) if data_list else None


class PhoneField(forms.CharField):
    """A telephone number, kept as it was typed but for superfluous spaces."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
        super().__init__(max_length=20, widget=widget, **options)

    def clean(self, value: Any) -> str:
        number = " ".join(str(super().clean(value)).split())
        figures = re.sub(r"\D", "", number)
        allowed = re.fullmatch(r"\+?[\d\s().-]*", number)
        if number and (not allowed or len(figures) not in PHONE_FIGURES):
            raise ValidationError(_("Write a whole number, such as 088 000 12 34."))
        return number


class AreaField(forms.CharField):
    """The area to meet in: the four figures of a postcode, or the name of a place."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=80, widget=forms.TextInput({"autocomplete": "off"}), **options)

    def clean(self, value: Any) -> Area | None:
        words = " ".join(str(super().clean(value)).split())
        if not words:
            return None
        if re.fullmatch(r"\d{4}\s*[A-Za-z]{2}", words):
            # A whole postcode is a few houses: somebody's address.
            raise ValidationError(_("The four figures only. Not somebody's address."))
        return _the_area(words)


def _the_area(words: str) -> Area:
    found = list(Area.objects.filter(code=words)) or list(Area.objects.filter(name__iexact=words))
    found = found or list(Area.objects.filter(name__istartswith=words)[: MANY_AREAS + 1])
    if not found:
        raise ValidationError(
            _("We do not know this place. Fill in the four figures of a postcode.")
        )
    if len(found) > 1:
        names = ", ".join(str(area) for area in found[:MANY_AREAS])
        raise ValidationError(
            _("There are more areas with this name: %(names)s. Fill in the four figures.")
            % {"names": names}
        )
    return found[0]


def without_blank(choices: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The choices of an enumeration, for tiles: no empty first one."""
    return [(value, label) for value, label in choices if value]
