"""Everything of a profile, in the order of a first talk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.models import Organisation, User
from pool.actions import Profile
from pool.forms.fields import (
    NOTHING,
    PoolForm,
    Section,
    Words,
    big,
    blank,
    coordinators,
    known_areas,
)
from pool.forms.profiles import first_values
from pool.vocabulary import (
    LANGUAGES,
    Activity,
    LanguageLevel,
    Need,
)

N_LANGUAGES = 4


class ExpertForm(PoolForm):
    """Everything of a profile, in the order of a first talk."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=60,
        error_messages={"required": _("Write the first name.")},
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=80,
        error_messages={"required": _("Write the last name.")},
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        error_messages={"required": _("Write a phone number, such as 06 1234 5678.")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The invitation goes here."),
        error_messages={"required": _("Write the e-mail address to which the invitation goes.")},
    )
    coordinator = forms.ChoiceField(
        label=_("Own coordinator"),
        help_text=_("This person sees the dates of the papers. Colleagues do not."),
        error_messages={"required": _("Choose who is the own coordinator.")},
    )
    home_area = forms.CharField(
        label=_("Home area"),
        help_text=_("The four figures of the postcode. No address."),
        max_length=4,
        error_messages={"required": _("Write the four figures of the postcode, such as 3311.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
    )
    travel_radius_km = forms.IntegerField(
        label=_("Travels at most (km)"),
        min_value=1,
        max_value=200,
        error_messages={"required": _("Write a number of kilometres, such as 20.")},
        widget=forms.NumberInput(attrs={"class": "utrecht-textbox--short"}),
    )
    excluded_areas = forms.CharField(
        label=_("Areas to leave out"),
        help_text=_("Four figures each, with a space between."),
        required=False,
    )
    excluded_organisations = forms.MultipleChoiceField(
        label=_("Organisations to leave out"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    activities = forms.MultipleChoiceField(
        label=_("Work"),
        help_text=_("What this person wants to do. The papers decide what may be asked."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    can_meet = forms.MultipleChoiceField(
        label=_("Can offer"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    max_running = forms.IntegerField(
        label=_("People at the same time, at most"),
        min_value=0,
        max_value=20,
        error_messages={"required": _("Write how many people, such as 2.")},
        widget=forms.NumberInput(attrs={"class": "utrecht-textbox--short"}),
    )
    max_per_week = forms.IntegerField(
        label=_("Sessions a week, at most"),
        min_value=0,
        max_value=40,
        error_messages={"required": _("Write how many sessions, such as 4.")},
        widget=forms.NumberInput(attrs={"class": "utrecht-textbox--short"}),
    )
    wants_sms = forms.BooleanField(label=_("A text message for each question"), required=False)
    wants_invites = forms.BooleanField(
        label=_("Appointments in the own calendar, by mail"), required=False
    )
    hides_offers = forms.BooleanField(
        label=_("Questions start folded on the screen"), required=False
    )

    # Fields that are agreed with the coordinator; the expert's own form leaves them out.
    AGREED = ("first_name", "last_name", "email", "coordinator", "activities")

    def __init__(
        self, *args: Any, profile: Profile | None = None, own: bool = False, **kwargs: Any
    ) -> None:
        self.before, self.own = profile, own
        kwargs["initial"] = first_values(profile) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self._choice("activities").choices = big(Activity.choices)
        self._choice("can_meet").choices = big(Need.choices)
        self._choice("coordinator").choices = [("", NOTHING), *coordinators()]
        self._choice("excluded_organisations").choices = [
            (str(one.pk), one.name)
            for one in Organisation.objects.filter(closed_on=None).order_by("name")
        ]
        # Whoever speaks more keeps them all, with room for one more.
        self.n_languages = max(N_LANGUAGES, len(profile.languages) + 1 if profile else 0)
        for n in range(self.n_languages):
            self.fields[f"language_{n}"] = forms.ChoiceField(
                label=_("Language"), choices=blank(NOTHING, LANGUAGES), required=False
            )
            self.fields[f"level_{n}"] = forms.ChoiceField(
                label=_("How well"), choices=blank(NOTHING, LanguageLevel.choices), required=False
            )
        if own:
            for name in self.AGREED:
                del self.fields[name]

    def _choice(self, name: str) -> Any:
        return self.fields[name]

    def sections(self) -> Iterator[Section]:
        """The fields in groups; what is seldom filled comes folded."""
        yield self._section(
            _("Who"), "", "first_name", "last_name", "phone", "email", "coordinator"
        )
        yield self._section(_("Where"), "", "home_area", "travel_radius_km")
        yield replace(
            self._section(_("Languages"), ""),
            pairs=[(self[f"language_{n}"], self[f"level_{n}"]) for n in range(self.n_languages)],
        )
        yield self._section(_("For which work"), "", "activities")
        # A first talk starts from what is usual; whoever changes a profile comes for these.
        yield replace(
            self._section(_("What and how much"), "", "can_meet", "max_running", "max_per_week"),
            folded=self.before is None,
        )
        yield replace(
            self._section(
                _("Areas and organisations to leave out"),
                _("No reason is asked."),
                "excluded_areas",
                "excluded_organisations",
            ),
            folded=True,
        )
        yield replace(
            self._section(_("Messages"), "", "wants_sms", "wants_invites", "hides_offers"),
            folded=True,
        )

    def _section(self, title: Words, text: Words, *names: str) -> Section:
        return Section(title, text, [self[name] for name in names if name in self.fields])

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if len(re.sub(r"\D", "", phone)) < 10:  # noqa: PLR2004  ten figures, as every Dutch number
            raise forms.ValidationError(_("A phone number has at least ten figures."))
        return phone

    def clean_home_area(self) -> str:
        code: str = self.cleaned_data["home_area"].strip()
        return known_areas([code])[0]

    def clean_excluded_areas(self) -> list[str]:
        return known_areas(re.split(r"[\s,;]+", self.cleaned_data["excluded_areas"].strip()))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = [self._language(n, cleaned) for n in range(self.n_languages)]
        self.languages = tuple(one for one in chosen if one)
        codes = [code for code, _level in self.languages]
        for n, one in enumerate(chosen):
            if one and codes.count(one[0]) > 1:
                self.add_error(f"language_{n}", _("This language is here twice."))
                break
        if not self.languages and not self.errors:
            self.add_error("language_0", _("Choose at least one language."))
        return cleaned

    def _language(self, n: int, cleaned: dict[str, Any]) -> tuple[str, str] | None:
        code, level = cleaned.get(f"language_{n}"), cleaned.get(f"level_{n}")
        if code and not level:
            self.add_error(f"level_{n}", _("Choose how well."))
        if level and not code:
            self.add_error(f"language_{n}", _("Choose the language."))
        return (code, level) if code and level else None

    def profile(self) -> Profile:
        """The profile that was filled in; what this form does not show stays as it was."""
        given = self.cleaned_data
        coordinator = (
            self.before.coordinator
            if self.own and self.before
            else User.objects.get(pk=given["coordinator"])
        )
        kept = {name: getattr(self.before, name) for name in self.AGREED} if self.own else {}
        kept.pop("coordinator", None)
        agreed = {
            "first_name": given.get("first_name", "").strip(),
            "last_name": given.get("last_name", "").strip(),
            "email": given.get("email", ""),
            "activities": frozenset(given.get("activities", ())),
        } | kept
        return Profile(
            coordinator=coordinator,
            phone=given["phone"],
            home_area=given["home_area"],
            travel_radius_km=given["travel_radius_km"],
            max_running=given["max_running"],
            max_per_week=given["max_per_week"],
            wants_sms=given["wants_sms"],
            wants_invites=given["wants_invites"],
            hides_offers=given["hides_offers"],
            can_meet=tuple(sorted(given["can_meet"])),
            languages=self.languages,
            # What somebody tells has a page of its own.
            experiences=self.before.experiences if self.before else (),
            excluded_areas=frozenset(given["excluded_areas"]),
            excluded_organisations=frozenset(map(UUID, given["excluded_organisations"])),
            **agreed,
        )
