"""Which people the list shows, and the name under which that is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.models import OrganisationKind, User
from pool.forms.fields import PoolForm, big, coordinators, known_areas
from pool.queries import Standing, Wanted, readable_codes, term_choices
from pool.specialisms import LABELS, SpecialismKind
from pool.states import NEWCOMERS, ExpertState
from pool.vocabulary import LANGUAGES, Activity, DayPart, Vocabulary

STANDINGS = (
    (Standing.READY.value, _("Can be asked")),
    (Standing.FULL.value, _("Is full")),
    (Standing.PAUSED.value, _("Pause")),
    (Standing.STOPPED.value, _("May not now")),
)
AWAY = (
    ("NOW", _("Away now")),
    ("WEEK", _("Away in the coming week")),
    ("NOT", _("There the whole week")),
)
# What each list of specialisms is about, said of somebody else.
LISTS = {
    SpecialismKind.FORM: _("What they can talk about"),
    SpecialismKind.PHASE: _("When in the process"),
    SpecialismKind.APPROACH: _("How they deal with people"),
    SpecialismKind.EXPERIENCE: _("Own life"),
}
# What stands in sight; the rest comes folded.
FIRST = ("q", "activity", "standing")


class FilterForm(PoolForm):
    """Which people the list shows. Everything may stay empty; sent by POST, for the name."""

    q = forms.CharField(label=_("Name"), max_length=80, required=False)
    activity = forms.ChoiceField(label=_("Work"), choices=[], required=False)
    standing = forms.ChoiceField(label=_("Stands where"), choices=[], required=False)
    host = forms.ChoiceField(label=_("May work at"), choices=[], required=False)
    part = forms.ChoiceField(label=_("Free in the coming week"), choices=[], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[], required=False)
    training = forms.ChoiceField(label=_("Training seen"), choices=[], required=False)
    specialism = forms.ChoiceField(label=_("Told of"), choices=[], required=False)
    coordinator = forms.ChoiceField(label=_("Own coordinator"), choices=[], required=False)
    area = forms.CharField(
        label=_("Lives near area"),
        max_length=4,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
    )
    within_km = forms.IntegerField(
        label=_("At most so many km away"),
        min_value=1,
        max_value=200,
        required=False,
        widget=forms.NumberInput(attrs={"class": "utrecht-textbox--short"}),
    )
    away = forms.ChoiceField(label=_("Away"), choices=[], required=False)

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(code, label) for code, label in ExpertState.choices if code in NOT_YET]
        trainings = [*big(term_choices(Vocabulary.TRAINING)), ("NONE", _("None seen"))]
        for name, nothing, choices in (
            ("activity", _("All work"), big(Activity.choices)),
            ("standing", _("Anywhere"), [*STANDINGS, *big(states)]),
            ("host", _("Any organisation"), big(OrganisationKind.choices)),
            ("part", _("At any time"), big(DayPart.choices)[:3]),
            ("language", _("All languages"), big(LANGUAGES)),
            ("training", _("Any"), trainings),
            ("specialism", _("Anything"), _told_choices(reader)),
            ("coordinator", _("Everybody's"), coordinators()),
            ("away", _("Away or not"), AWAY),
        ):
            field: Any = self.fields[name]
            field.choices = [("", nothing), *choices]

    def clean_area(self) -> str:
        return next(iter(known_areas([self.cleaned_data["area"].strip()])), "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("area") and not cleaned.get("within_km"):
            cleaned["within_km"] = 20
        return cleaned

    def wanted(self) -> Wanted:
        """What was asked for; a value nobody offered is left out, an error stays on the page."""
        self.is_valid()
        return Wanted(**{name: str(self.cleaned_data.get(name) or "") for name in self.fields})

    @property
    def first_fields(self) -> list[Any]:
        return [self[name] for name in FIRST]

    @property
    def more_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in FIRST]

    @property
    def uses_more(self) -> bool:
        """Something folded was filled in or is wrong, so it starts unfolded."""
        return any(one.value() or one.errors for one in self.more_fields)


def _told_choices(reader: User) -> list[tuple[Any, Any]]:
    """The words that this person may look for, list by list."""
    return [
        (LISTS[kind], big((code, LABELS[code]) for code in codes))
        for kind, codes in readable_codes(reader)
        if codes
    ]


NOT_YET = frozenset(one.value for one in NEWCOMERS)


class ViewForm(PoolForm):
    """The name under which filters are kept."""

    view_name = forms.CharField(
        label=_("Name of this view"),
        max_length=60,
        help_text=_("No names of people. A name you searched for is not kept."),
        error_messages={"required": _("Write a name, such as “Evenings in the east”.")},
    )
    is_shared = forms.BooleanField(label=_("Also for my colleagues"), required=False)
