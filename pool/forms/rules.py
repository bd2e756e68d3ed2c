"""One agreement of the region, and the day from which it counts."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pool.forms.fields import ClockField, DayField, PoolForm
from pool.models import RuleKind
from pool.models.rules import LIMITS
from pool.queries.agreed import Value

IN_HOURS = (RuleKind.HEAVY_REST, RuleKind.REST)
UNITS = {
    RuleKind.HEAVY_REST: _("Hours"),
    RuleKind.REST: _("Hours"),
    RuleKind.DISTANCE: _("Kilometres"),
    RuleKind.TRAVEL: _("Minutes"),
    RuleKind.ROAD: _("Kilometres by road for one kilometre straight"),
    RuleKind.VOG_MONTHS: _("Months"),
    RuleKind.WITH_TWO: _("Assignments"),
}
PLACES = {RuleKind.DISTANCE: 1, RuleKind.ROAD: 2}


class RuleForm(PoolForm):
    """What is agreed, in the words of its kind, from a day on."""

    quiet_from = ClockField(label=_("Quiet from"))
    quiet_until = ClockField(
        label=_("Quiet until"), help_text=_("The same time twice: no quiet hours.")
    )
    asked = forms.ChoiceField(
        label=_("Does new work ask for consent?"),
        choices=[
            ("1", _("Yes: who has not answered gets no new work")),
            ("0", _("No")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no. Nothing has changed yet.")},
    )
    amount = forms.DecimalField(
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "utrecht-textbox--short"}),
        error_messages={"required": _("Fill in a number.")},
    )
    valid_from = DayField(
        label=_("Counts from"),
        help_text=_("Today or a later day. What counted before that day stays as it was."),
        error_messages={"required": _("Choose the day from which this counts.")},
    )

    def __init__(self, *args: Any, kind: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.today = RuleKind(kind), today
        kept = {RuleKind.QUIET: {"quiet_from", "quiet_until"}, RuleKind.CONSENT: {"asked"}}
        for name in {"quiet_from", "quiet_until", "asked", "amount"} - kept.get(
            self.kind, {"amount"}
        ):
            del self.fields[name]
        if "amount" in self.fields:
            amount: Any = self.fields["amount"]
            amount.label = UNITS[self.kind]
            amount.help_text = _("From %(least)s up to %(most)s.") % {
                "least": self._shown(LIMITS[self.kind][0]),
                "most": self._shown(LIMITS[self.kind][1]),
            }

    def _shown(self, stored: str) -> int:
        return int(stored) // 60 if self.kind in IN_HOURS else int(stored)

    def clean_amount(self) -> Decimal:
        given: Decimal = self.cleaned_data["amount"]
        value = given * 60 if self.kind in IN_HOURS else given
        least, most = (Decimal(one) for one in LIMITS[self.kind])
        # First: rounding knows no number of thirty figures.
        if not least <= value <= most:
            raise forms.ValidationError(
                _("That is less or more than can be agreed. Look at the number once more.")
            )
        if given != round(given, PLACES.get(self.kind, 0)):
            raise forms.ValidationError(_("That is too precise. Write it shorter."))
        return value

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day < self.today:
            raise forms.ValidationError(_("Choose today or a later day."))
        return day

    def value(self) -> Value:
        """What was chosen, as the action takes it."""
        given = self.cleaned_data
        if self.kind == RuleKind.QUIET:
            return given["quiet_from"], given["quiet_until"]
        if self.kind == RuleKind.CONSENT:
            return Decimal(given["asked"])
        amount: Decimal = given["amount"]
        return amount


def first_values(kind: str, value: Value, today: date) -> dict[str, object]:
    """What the form starts with: what counts now, from the next day on."""
    if isinstance(value, tuple):
        quiet: tuple[time, time] = value
        return {"quiet_from": quiet[0], "quiet_until": quiet[1], "valid_from": today}
    if kind == RuleKind.CONSENT:
        return {"asked": str(int(value)), "valid_from": today}
    shown = value / 60 if kind in IN_HOURS else value
    return {
        "amount": shown.quantize(Decimal(1).scaleb(-PLACES.get(RuleKind(kind), 0))),
        "valid_from": today,
    }


class PhonesForm(PoolForm):
    """Under which numbers the coordinators are reached; counts at once."""

    coordinator_phone = forms.CharField(
        label=_("In office hours"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages={"required": _("Fill in the number.")},
    )
    picket_phone = forms.CharField(
        label=_("Outside office hours"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages={"required": _("Fill in the number.")},
    )
