"""Small forms around one act: an answer, a point of the safety check, news about a measure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import local
from matching import clock
from matching.actions import Reach
from matching.forms.fields import DayField, WallClockField
from matching.forms.filing import ReachForm, SafetyForm
from matching.forms.measure import too_long
from matching.forms.steps import YES_NO, StepForm
from matching.models import Measure, Request
from matching.states import (
    Conflict,
    DeclineReason,
    GateCode,
    MeasureEventKind,
    MeasureState,
    RiskAnswer,
    Source,
)

# Which field of the safety questions answers which point.
FIELD_OF = {
    GateCode.G1: "plan_on",
    GateCode.G2: "numbers_work",
    GateCode.G3: "measure_right",
    GateCode.G4: "risk",
    GateCode.G6: "consent",
}
NEWS = (
    MeasureEventKind.DECISION_SEEN,
    MeasureEventKind.EXTENDED,
    MeasureEventKind.WITHDRAWN,
    MeasureEventKind.SUSPENDED,
    MeasureEventKind.ANNULLED,
    MeasureEventKind.RESUMED,
    MeasureEventKind.END_CONFIRMED,
    MeasureEventKind.CORRECTED,
)
NEEDS_END = {MeasureEventKind.EXTENDED, MeasureEventKind.CORRECTED}
TAKES_END = NEEDS_END | {MeasureEventKind.DECISION_SEEN}


class OpenPointsForm(SafetyForm):
    """The points of the safety check that wait for the professional; each may stay open."""

    def __init__(self, *args: Any, codes: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {FIELD_OF[code] for code in FIELD_OF if code in codes}
        for name in set(self.fields) - wanted:
            del self.fields[name]
        for name in wanted & {"risk", "consent"}:
            self.fields[name].initial = "OPEN"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.answers():
            self.add_error(None, _("Fill in at least one point, or go back."))
        return cleaned

    def answers(self) -> dict[GateCode, Any]:
        """What was answered: a date, True, or a code of risk."""
        return safety_answers(self.cleaned_data)


def safety_answers(cleaned: dict[str, Any]) -> dict[GateCode, Any]:
    """The points that `cleaned` answers; what is open is not in it."""
    told: dict[GateCode, Any] = {
        GateCode.G1: cleaned.get("plan_on"),
        GateCode.G2: cleaned.get("numbers_work"),
        GateCode.G3: cleaned.get("measure_right"),
        GateCode.G4: RiskAnswer(cleaned["risk"])
        if cleaned.get("risk") not in {None, "", "OPEN"}
        else None,
        GateCode.G6: cleaned.get("consent") == "YES",
    }
    return {code: answer for code, answer in told.items() if answer}


class NumbersForm(ReachForm):
    """Other people or numbers to call about a request that runs."""

    area = None  # type: ignore[assignment]  # Django's way to leave a field out
    day_parts = None  # type: ignore[assignment]
    numbers_work = forms.BooleanField(
        label=_("These people can be reached; I checked"),
        help_text=_("Without a tick the safety check asks for it again."),
        required=False,
    )

    def reach(self) -> Reach:
        """What was filled in."""
        return Reach(**{one.name: self.cleaned_data[one.name] for one in fields(Reach)})


def known_numbers(request: Request) -> dict[str, str]:
    """What stands there now, to begin from."""
    return {one.name: getattr(request, one.name) for one in fields(Reach)}


class MeasureNewsForm(StepForm):
    """What happened to a measure, on whose word, and when that was heard."""

    kind = forms.ChoiceField(
        label=_("What happened?"),
        choices=[(one.value, one.label) for one in NEWS],
        widget=forms.RadioSelect,
    )
    new_end = WallClockField(
        label=_("New end"),
        help_text=_("Day and time as they stand in the decision."),
        error_messages={"required": _("Fill in the new end.")},
    )
    fold = forms.ChoiceField(
        label=_("This hour comes twice. Which one is it?"),
        choices=[
            ("0", _("the first time (summer time)")),
            ("1", _("the second time (winter time)")),
            ("LATER", _("I do not know")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    source = forms.ChoiceField(
        label=_("Who told you?"),
        choices=[(one.value, one.label) for one in Source if one != Source.CLOCK],
        widget=forms.RadioSelect,
    )
    document_seen = forms.ChoiceField(
        label=_("Have you seen it on paper?"), choices=YES_NO, widget=forms.RadioSelect
    )
    heard = WallClockField(label=_("When did you hear it?"))

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.measure = measure
        if self.is_bound and self.told("kind") not in NEEDS_END:
            self.fields["new_end"].required = False
        self.fields["heard"].initial = local(self.now).replace(tzinfo=None)

    @property
    def asks_fold(self) -> bool:
        """Whether the hour that was filled in comes twice, so that the page has to ask."""
        if not self.is_bound:
            return False
        self.full_clean()
        return self._is_ambiguous()

    def new_end_fold(self) -> int | None:
        if not self._is_ambiguous():
            return None
        return 0 if self.cleaned_data.get("fold") == "0" else 1

    def heard_at(self) -> datetime:
        return clock.local_instant(self.cleaned_data["heard"], None).instant

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind, new_end = cleaned.get("kind"), cleaned.get("new_end")
        if kind and kind not in TAKES_END:
            cleaned["new_end"] = None
        elif new_end is not None:
            self._end_is_likely(new_end)
        heard = cleaned.get("heard")
        if heard and clock.local_instant(heard, None).instant > self.now:
            self.add_error("heard", _("This moment is still to come. Look at day and time."))
        return cleaned

    def _is_ambiguous(self) -> bool:
        new_end = self.cleaned_data.get("new_end")
        return new_end is not None and clock.local_instant(new_end, None).is_ambiguous

    def _end_is_likely(self, new_end: datetime) -> None:
        self.fields["fold"].required = self._is_ambiguous()
        if self._is_ambiguous() and not self.cleaned_data.get("fold"):
            self.add_error("fold", _("Say which of the two hours it is."))
            return
        end = clock.local_instant(new_end, self.new_end_fold()).instant
        latest = self.measure.end_max_at
        if end <= self.measure.imposed_at:
            self.add_error("new_end", _("The end lies before the beginning. Look at the day."))
        elif latest is not None and end > latest:
            self.add_error("new_end", too_long(end - latest, days=self.terms.max_days))


def possible_news(state: str) -> list[tuple[str, Any]]:
    """The news that a measure in `state` can have, in the order in which it is asked."""
    over = {MeasureState.EXPIRED, MeasureState.WITHDRAWN, MeasureState.ANNULLED}
    if state in over:
        return []
    if state == MeasureState.SUSPENDED:
        wanted = {MeasureEventKind.RESUMED, MeasureEventKind.ANNULLED}
    elif state == MeasureState.END_REACHED_UNCONFIRMED:
        wanted = set(NEWS) - {MeasureEventKind.RESUMED, MeasureEventKind.DECISION_SEEN}
    else:
        wanted = set(NEWS) - {MeasureEventKind.RESUMED, MeasureEventKind.END_CONFIRMED}
    return [(one.value, one.label) for one in NEWS if one in wanted]


class AnswerForm(forms.Form):
    """Yes or no, and for a yes: whether one may know somebody. Nothing is chosen beforehand."""

    use_required_attribute = False
    answer = forms.ChoiceField(
        label=_("Can you?"),
        choices=[("yes", _("Yes, I can")), ("no", _("No, not now"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    conflict = forms.ChoiceField(
        label=_("Do you know somebody in this matter?"),
        help_text=_("Only needed for a yes. You need not say whom."),
        choices=[
            (Conflict.NO_CONFLICT, _("No, as far as I can see")),
            (Conflict.UNSURE, _("I am not sure")),
            (Conflict.CONFLICT, _("Yes, I do")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say this before your yes counts.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("answer") != "yes":
            self.fields["conflict"].required = False


class UndoForm(forms.Form):
    """A yes taken back: a tick, because machines press buttons."""

    use_required_attribute = False
    sure = forms.BooleanField(
        label=_("Yes, I give it back"),
        error_messages={"required": _("Tick this first, or close this page: then it stays so.")},
    )


class ReopenForm(UndoForm):
    """A no taken back."""

    sure = forms.BooleanField(
        label=_("That was not me, or I can after all"),
        error_messages={"required": _("Tick this first, or close this page: then it stays so.")},
    )


class ReasonForm(forms.Form):
    """Why not, only for who wants to say it. Each reason has a consequence, none a price."""

    use_required_attribute = False
    reason = forms.ChoiceField(
        label=_("Do you want to say why?"),
        help_text=_("You do not have to. It never counts against you."),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one, or close this page: that is fine too.")},
    )


class FirstContactForm(forms.Form):
    """When the first contact was."""

    use_required_attribute = False
    at = WallClockField(label=_("When was the first contact?"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["at"].initial = local(now).replace(tzinfo=None)

    def clean_at(self) -> datetime:
        instant = clock.local_instant(self.cleaned_data["at"], None).instant
        if instant > self.now:
            raise forms.ValidationError(_("This moment is still to come. Look at day and time."))
        return instant


class PointForm(forms.Form):
    """One point that a coordinator confirms; only a consultation has a date of its own."""

    use_required_attribute = False
    stated_on = DayField(label=_("Date of the consultation"), required=False)
