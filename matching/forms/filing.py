"""The four steps in which a professional asks for somebody. No name, no address, no story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.clock import local
from core.ui import moments
from matching import clock
from matching.forms.fields import (
    AreaField,
    DayField,
    PhoneField,
    WallClockField,
    without_blank,
)
from matching.rules import telling
from matching.states import (
    AgeBand,
    MeasureKind,
    ProtectedRole,
    Relation,
    RiskAnswer,
    Urgency,
)
from pool.vocabulary import LANGUAGES, Activity, DayPart, Need

NO_MEASURE = "NONE"
# What one asks for here; groups, workshops and shifts have pages of their own.
ASKED = (
    Activity.BUDDY_1ON1,
    Activity.AT_TABLE,
    Activity.CONSULT,
    Activity.INTAKE_SUPPORT,
)
YES_NO = (("YES", _("yes")), ("NO", _("no")))
SOON = timedelta(minutes=5)  # clocks of people differ a little
LONGEST_AGO = timedelta(days=120)
LONGEST_AHEAD = timedelta(days=60)


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


class MeasureForm(StepForm):
    """Step 1: what is needed, how soon, and the measure with its clock."""

    activity = forms.ChoiceField(
        label=_("What is needed?"),
        choices=[(one.value, one.label) for one in ASKED],
        initial=Activity.BUDDY_1ON1,
        widget=forms.RadioSelect,
    )
    urgency = forms.ChoiceField(
        label=_("How soon?"),
        choices=[(Urgency.URGENT, _("urgent")), (Urgency.NORMAL, _("not urgent"))],
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        label=_("Is there a measure?"),
        choices=[*MeasureKind.choices, (NO_MEASURE, _("no measure"))],
        widget=forms.RadioSelect,
    )
    imposed = WallClockField(
        label=_("When did the measure begin?"),
        help_text=_("Day and time as they stand in the decision, or as you heard them."),
        error_messages={"required": _("Fill in when the measure began.")},
    )
    fold = forms.ChoiceField(
        label=_("This hour came twice. Which one was it?"),
        choices=[
            ("0", _("the first time (summer time)")),
            ("1", _("the second time (winter time)")),
            ("LATER", _("I do not know")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    decision_seen = forms.ChoiceField(
        label=_("Have you seen the decision on paper?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    end_stated = WallClockField(
        label=_("Which end does the decision state?"),
        help_text=_("Only if you have seen it. Otherwise we calculate the end and say so."),
        error_messages={"required": _("Fill in the end that the decision states.")},
    )
    protected_roles = forms.MultipleChoiceField(
        label=_("With whom is contact not allowed now?"),
        help_text=_("Roles only, never names."),
        choices=ProtectedRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["urgency"].hints = {  # type: ignore[attr-defined]
            Urgency.URGENT: _("the participant is willing now"),
            Urgency.NORMAL: _("within a few days is soon enough"),
        }
        self.fields["fold"].hints = {"LATER": _("we then count with the later one")}  # type: ignore[attr-defined]
        # What hangs on an earlier answer is only asked where that answer asks for it.
        if self.told("kind") == NO_MEASURE:
            self.fields["imposed"].required = self.fields["decision_seen"].required = False
        if self.is_bound and (
            self.told("decision_seen") != "YES" or self.told("kind") == NO_MEASURE
        ):
            self.fields["end_stated"].required = False
        self.moment: clock.Moment | None = None

    @property
    def has_measure(self) -> bool:
        return self.cleaned_data.get("kind") not in {None, "", NO_MEASURE}

    @property
    def asks_fold(self) -> bool:
        """Whether the hour that was filled in came twice, so that the page has to ask."""
        if not self.is_bound:
            return False
        self.full_clean()
        return self._is_ambiguous()

    def imposed_fold(self) -> int | None:
        """0 or 1 as chosen; None where the hour came once and nothing was to choose."""
        if not self._is_ambiguous():
            return None
        return 0 if self.cleaned_data.get("fold") == "0" else 1

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.has_measure:
            return cleaned
        if cleaned.get("decision_seen") != "YES":
            # Filled in before "no" was chosen: then it is what somebody expects, not what stands.
            cleaned["end_stated"] = None
        imposed = cleaned.get("imposed")
        if imposed is None:
            return cleaned
        self.fields["fold"].required = self._is_ambiguous()
        if self._is_ambiguous() and not cleaned.get("fold"):
            self.add_error("fold", self._twice(imposed))
            return cleaned
        self.moment = clock.local_instant(imposed, self.imposed_fold())
        self._begin_is_likely()
        self._end_is_likely(imposed)
        return cleaned

    def _is_ambiguous(self) -> bool:
        imposed = self.cleaned_data.get("imposed") if self.has_measure else None
        return imposed is not None and clock.local_instant(imposed, None).is_ambiguous

    @staticmethod
    def _twice(imposed: datetime) -> str:
        said = _(
            "In the night of %(day)s the clock went back: %(clock)s came twice. Say which one "
            "it was."
        )
        return str(said) % {"day": moments.long_day(imposed.date()), "clock": f"{imposed:%H:%M}"}

    def _begin_is_likely(self) -> None:
        if self.moment is None:
            return
        if self.moment.instant > self.now + SOON:
            self.add_error("imposed", _("This moment is still to come. Look at day and time."))
        elif self.moment.instant < self.now - LONGEST_AGO:
            self.add_error("imposed", _("This is months ago. Look at the day."))

    def _end_is_likely(self, imposed: datetime) -> None:
        stated = self.cleaned_data.get("end_stated")
        if stated is None:
            return
        end = clock.local_instant(stated, None).instant
        if self.moment and end <= self.moment.instant:
            self.add_error("end_stated", _("The end lies before the beginning. Look at the day."))
        elif self.cleaned_data["kind"] == MeasureKind.THV:
            self._end_within_the_law(imposed, end)

    def _end_within_the_law(self, imposed: datetime, end: datetime) -> None:
        ends = clock.ends(
            imposed,
            self.imposed_fold(),
            default_days=self.terms.default_days,
            max_days=self.terms.max_days,
        )
        if end > ends.maximum.instant:
            self.add_error(
                "end_stated", too_long(end - ends.maximum.instant, days=self.terms.max_days)
            )


def speak(field: forms.Field) -> None:
    """Let an empty field say what to do; a field that says so itself keeps its own sentence."""
    if field.error_messages["required"] != forms.Field.default_error_messages["required"]:
        return
    if isinstance(field, forms.MultipleChoiceField):
        field.error_messages["required"] = _("Choose at least one.")
    elif isinstance(field, forms.ChoiceField):
        field.error_messages["required"] = _("Choose one.")
    else:
        field.error_messages["required"] = _("Fill this in.")


def too_long(surplus: timedelta, *, days: int) -> str:
    """How much more than the longest possible an end is, and what to do about it."""
    if surplus < timedelta(hours=1):
        minutes = max(surplus // timedelta(minutes=1), 1)
        more = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    else:
        more = moments.length(surplus)
    weeks, rest = divmod(days, 7)
    if rest:
        most = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    else:
        most = ngettext("%(n)d week", "%(n)d weeks", weeks) % {"n": weeks}
    said = _("This is %(more)s more than %(most)s. Look at the decision again.")
    return str(said) % {"more": more, "most": most}


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
