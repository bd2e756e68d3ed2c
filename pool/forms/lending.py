"""Asking another region for somebody, lending one, and the expert's own word."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pool import queries
from pool.actions import Terms
from pool.forms.fields import DayField, PoolForm, big, blank
from pool.models import Expert, LendingAsk
from pool.states import TAKES_PART
from pool.vocabulary import Activity

FURTHEST_KM = 200


class _TermsForm(PoolForm):
    """For which work, from when until when, and how far."""

    region = forms.ChoiceField(
        label=_("Which region?"),
        choices=[],
        error_messages={"required": _("Choose a region.")},
    )
    activities = forms.MultipleChoiceField(
        label=_("For which work?"),
        choices=[],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind of work.")},
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until and with"))
    max_km = forms.IntegerField(
        label=_("At most so far from home (km)"),
        min_value=1,
        max_value=FURTHEST_KM,
        initial=30,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
        error_messages={
            "required": _("Fill in how many kilometres."),
            "invalid": _("Fill in a whole number of kilometres."),
            "min_value": _("Fill in at least 1 kilometre."),
            "max_value": _("Fill in at most 200 kilometres."),
        },
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        regions: Any = self.fields["region"]
        regions.choices = blank(
            _("Choose a region"), ((one.pk, one.name) for one in queries.other_regions())
        )
        works: Any = self.fields["activities"]
        works.choices = big(Activity.choices)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if ends and ends < self.today:
            self.add_error("ends_on", _("Choose today or a later day."))
        elif starts and ends and ends < starts:
            self.add_error("ends_on", _("The end lies before the start. Choose a later day."))
        return cleaned

    def terms(self) -> Terms:
        """What was agreed, as the actions know it."""
        given = self.cleaned_data
        return Terms(
            frozenset(given["activities"]), given["starts_on"], given["ends_on"], given["max_km"]
        )


class AskForm(_TermsForm):
    """A question to another region. It names nobody, and there is no room for a story."""

    field_order = ("region", "activities", "starts_on", "ends_on", "max_km")


class LendForm(_TermsForm):
    """One expert of this region, to be lent after a colleague and the expert agreed."""

    expert = forms.ChoiceField(
        label=_("Whom?"),
        choices=[],
        error_messages={"required": _("Choose somebody of your own region.")},
    )
    most_running = forms.IntegerField(
        label=_("Work there at the same time, at most"),
        min_value=1,
        max_value=9,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
        error_messages={
            "required": _("Fill in a number from 1 to 9."),
            "invalid": _("Fill in a number from 1 to 9."),
            "min_value": _("Fill in a number from 1 to 9."),
            "max_value": _("Fill in a number from 1 to 9."),
        },
    )
    field_order = (
        "region",
        "expert",
        "activities",
        "starts_on",
        "ends_on",
        "max_km",
        "most_running",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Expert.objects.filter(state__in=TAKES_PART).select_related("data_key")
        names = sorted(((str(one.pk), one.full_name) for one in people), key=lambda one: one[1])
        chooses: Any = self.fields["expert"]
        chooses.choices = [("", _("Choose somebody")), *names]


def first_terms(ask: LendingAsk | None, today: date) -> dict[str, Any]:
    """What a form starts with: what was asked, or from today on."""
    if ask is None:
        return {"starts_on": today}
    return {
        "region": str(ask.region_id),
        "activities": ask.activities,
        "starts_on": ask.starts_on,
        "ends_on": ask.ends_on,
        "max_km": ask.max_km,
    }


class OwnWordForm(PoolForm):
    """Yes or no to work in another region, and how far one travels for it."""

    answer = forms.ChoiceField(
        label=_("Do you want to work there too?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    own_km = forms.IntegerField(
        label=_("How far do you travel for it, at most (km)?"),
        min_value=1,
        max_value=FURTHEST_KM,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
        error_messages={
            "invalid": _("Fill in a whole number of kilometres."),
            "min_value": _("Fill in at least 1 kilometre."),
            "max_value": _("Fill in at most 200 kilometres."),
        },
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        says_yes = cleaned.get("answer") == "yes"
        if says_yes and not cleaned.get("own_km") and "own_km" not in self.errors:
            self.add_error("own_km", _("Fill in how many kilometres."))
        return cleaned
