"""Step 1: what is needed, and the measure with its clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.ui import moments
from matching import clock
from matching.forms.fields import (
    WallClockField,
)
from matching.forms.steps import YES_NO, StepForm
from matching.states import (
    MeasureKind,
    ProtectedRole,
    Urgency,
)
from pool.vocabulary import Activity

NO_MEASURE = "NONE"
# What one asks for here; groups, workshops and shifts have pages of their own.
ASKED = (
    Activity.BUDDY_1ON1,
    Activity.AT_TABLE,
    Activity.CONSULT,
    Activity.INTAKE_SUPPORT,
)
SOON = timedelta(minutes=5)  # clocks of people differ a little
LONGEST_AGO = timedelta(days=120)


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
        if self.is_bound and self.told("kind") in {"", NO_MEASURE}:
            self.fields["imposed"].required = self.fields["decision_seen"].required = False
        if self.is_bound and (
            self.told("decision_seen") != "YES" or self.told("kind") in {"", NO_MEASURE}
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
