"""Forms for planning: a suggested moment or one's own, on the Dutch wall clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.ui import moments
from matching.forms.fields import WallClockField
from matching.models import Assignment
from pool.models import MeetingPlace
from scheduling import rules
from scheduling.states import SessionKind

OTHER = "other"
LENGTHS = (30, 60, 90, 120, 180)
USUAL_LENGTH = 60


class AgreedForm(forms.Form):
    """What a coordinator answers where the expert may wave something aside."""

    agreed = forms.BooleanField(
        label=_("I called: for this person it is fine this once"), required=False
    )


class MomentForm(AgreedForm):
    """When and where: one of the suggestions, or a day and a time of one's own.

    An hour that the clock skips is refused, one that it shows twice is asked about.
    """

    moment = forms.ChoiceField(label=_("When?"), widget=forms.RadioSelect)
    other = WallClockField(
        label=_("Day and time"),
        help_text=_("Only for another moment than those above."),
        required=False,
    )
    fold = forms.ChoiceField(
        label=_("The clock shows this time twice that night. Which one?"),
        choices=[("0", _("the first, in summer time")), ("1", _("the second, in winter time"))],
        widget=forms.RadioSelect,
        required=False,
    )
    length = forms.TypedChoiceField(label=_("How long?"), coerce=int, initial=USUAL_LENGTH)
    place = forms.TypedChoiceField(
        label=_("Where?"),
        coerce=UUID,
        empty_value=None,
        required=False,
        help_text=_("A place of the region, with others near. Never somebody's home."),
    )

    def __init__(
        self,
        *args: Any,
        suggested: Iterable[datetime] = (),
        places: Iterable[MeetingPlace] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asks_fold = False
        # Asked only where something stands in the way that the expert may wave aside.
        self.asks_agreement = self.is_bound and self.add_prefix("agreed") in self.data
        starts = list(suggested)
        posted = _instant(self.data.get(self.add_prefix("moment"), "")) if self.is_bound else None
        # A suggestion of a minute ago may have gone from the list; the calendar judges it.
        if posted is not None and posted not in starts:
            starts.append(posted)
        self.set_choices(
            "moment",
            [
                *((one.isoformat(), moments.long_moment(one)) for one in starts),
                (OTHER, gettext("Another moment")),
            ],
        )
        self.set_choices("length", [(n, moments.length(timedelta(minutes=n))) for n in LENGTHS])
        self.set_choices(
            "place",
            [("", gettext("Not known yet")), *((str(one.pk), one.name) for one in places)],
        )
        if not starts:
            self.initial.setdefault("moment", OTHER)

    def set_choices(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        """Give a field the choices that only this request knows."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start = self._start(cleaned)
        if start is not None and "length" in cleaned:
            cleaned["start"] = start
            cleaned["end"] = start + timedelta(minutes=cleaned["length"])
        return cleaned

    def _start(self, cleaned: dict[str, Any]) -> datetime | None:
        """The instant that was chosen; None where something is left to mend."""
        chosen = cleaned.get("moment", "")
        if chosen != OTHER:
            return _instant(chosen)
        wall = cleaned.get("other")
        if wall is None:
            if "other" not in self.errors:
                self.add_error("other", gettext("Fill in both the day and the time."))
            return None
        instants = rules.instants_of(wall)
        if not instants:
            skipped = gettext(
                "This time does not exist: that night the clock goes from 02:00 to 03:00. "
                "Choose another time."
            )
            self.add_error("other", skipped)
            return None
        if len(instants) == 1:
            return instants[0]
        self.asks_fold = True
        if not cleaned.get("fold"):
            self.add_error("fold", gettext("Choose the first or the second."))
            return None
        return instants[int(cleaned["fold"])]


class PlanForm(MomentForm):
    """Everything that a new session needs."""

    kind = forms.ChoiceField(label=_("What kind of session?"), widget=forms.RadioSelect)
    people = forms.TypedMultipleChoiceField(
        label=_("Who comes?"), coerce=UUID, widget=forms.CheckboxSelectMultiple
    )
    with_professional = forms.BooleanField(
        label=_("Together with the case manager"), required=False
    )

    def __init__(
        self,
        *args: Any,
        kinds: Iterable[SessionKind],
        assignments: Sequence[Assignment],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("kind", [(kind.value, capfirst(kind.label)) for kind in kinds])
        self.set_choices("people", [(str(one.pk), one.expert.short_name) for one in assignments])
        self.initial.setdefault("people", [str(one.pk) for one in assignments])


def _instant(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


class LongerForm(forms.Form):
    """How much longer somebody needs, in minutes; two buttons."""

    minutes = forms.TypedChoiceField(coerce=int, choices=[(30, "30"), (60, "60")])
