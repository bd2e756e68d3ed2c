"""Steps 2 to 4 of a request: the participant, whom to reach, safety. No name and no story."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import local
from matching import clock
from matching.forms.fields import (
    AreaField,
    DayField,
    PhoneField,
    WallClockField,
    without_blank,
)
from matching.forms.steps import StepForm
from matching.rules import telling
from matching.states import (
    AgeBand,
    Relation,
    RiskAnswer,
)
from pool.vocabulary import LANGUAGES, DayPart, Need

LONGEST_AHEAD = timedelta(days=60)


class ParticipantForm(StepForm):
    """Step 2: about the participant, as little as can be."""

    age_band = forms.ChoiceField(
        label=_("How old is the participant?"),
        choices=AgeBand.choices,
        widget=forms.RadioSelect,
    )
    relation = forms.ChoiceField(
        label=_("Who is the other to the participant?"),
        choices=Relation.choices,
        widget=forms.RadioSelect,
    )
    when = forms.ChoiceField(
        label=_("When can the first contact be?"),
        choices=[("NOW", _("Now")), ("LATER", _("Later"))],
        widget=forms.RadioSelect,
    )
    earliest = WallClockField(
        label=_("From when?"),
        parts=(_("From day"), _("From time")),
        error_messages={"required": _("Fill in from when contact is possible.")},
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="nl")
    needs = forms.MultipleChoiceField(
        label=_("What helps?"),
        choices=Need.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["when"].hints = {  # type: ignore[attr-defined]
            "NOW": _("he or she can be reached"),
            "LATER": _("for example: still held"),
        }
        if self.is_bound and self.told("when") != "LATER":
            self.fields["earliest"].required = False

    def earliest_contact_at(self) -> datetime:
        """The instant from which contact is possible; now where that was chosen."""
        wall = self.cleaned_data.get("earliest")
        if self.cleaned_data.get("when") == "NOW" or wall is None:
            return self.now
        return clock.local_instant(wall, None).instant

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("when") != "LATER":
            return cleaned
        wall = cleaned.get("earliest")
        if wall is not None and clock.local_instant(wall, None).instant > self.now + LONGEST_AHEAD:
            self.add_error("earliest", _("This is more than two months ahead. Look at the day."))
        return cleaned


class ReachForm(StepForm):
    """Step 3: where and when to meet, and whom to call."""

    area = AreaField(
        label=_("Area to meet in"),
        help_text=_("Four figures of a postcode, or a place. Not somebody's address."),
    )
    day_parts = forms.MultipleChoiceField(
        label=_("When can the participant meet?"),
        choices=DayPart.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    case_manager_name = forms.CharField(
        label=_("Name of the case manager"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    case_manager_phone = PhoneField(label=_("Phone of the case manager"))
    deputy_name = forms.CharField(
        label=_("Name of the deputy"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    deputy_phone = PhoneField(label=_("Phone of the deputy"))
    out_of_hours_phone = PhoneField(
        label=_("Number at night and in the weekend"),
        help_text=_("Somebody answers there who knows about this request."),
    )


class SafetyForm(StepForm):
    """Step 4: what the professional knows of the safety check already, and the reference."""

    plan_on = DayField(
        label=_("Date of the safety plan"),
        help_text=_("The date of the latest version. What is in it stays with you."),
        required=False,
    )
    numbers_work = forms.BooleanField(
        label=_("Case manager, deputy and night number can be reached; I checked"), required=False
    )
    measure_right = forms.BooleanField(
        label=_("Measure and protected roles are filled in right"), required=False
    )
    risk = forms.ChoiceField(
        label=_("Has a professional looked at the risk?"),
        help_text=_("Weapons, threats, suicide, drink and drugs, stalking. Only the outcome."),
        choices=[*without_blank(RiskAnswer.choices), ("OPEN", _("not yet"))],
        widget=forms.RadioSelect,
    )
    consent = forms.ChoiceField(
        label=_("Does the participant know of this?"),
        help_text=_("Without a yes there is no first meeting."),
        choices=[
            ("YES", _("Yes, I asked, and he or she wants this")),
            ("OPEN", _("Not asked yet")),
        ],
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(
        label=_("Your own case number"),
        help_text=_("So that you recognise it later. No BSN, no name, no birth date."),
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def clean_plan_on(self) -> Any:
        day = self.cleaned_data["plan_on"]
        if day and day > local(self.now).date():
            raise forms.ValidationError(_("This day is still to come. Look at the date."))
        return day

    def clean_reference(self) -> str:
        reference: str = self.cleaned_data["reference"].strip()
        if telling(reference, today=local(self.now).date()):
            raise forms.ValidationError(
                _("This looks like a BSN, an e-mail address or a birth date. Use a case number.")
            )
        return reference
