"""What people type and tap about experts, their papers and their hours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.models import Membership, Organisation, Role, User
from core.clock import AMSTERDAM
from pool.actions import Profile
from pool.models import Area
from pool.rules import DAY_PARTS, MINUTES_A_DAY, WeekRow, instant_of
from pool.vocabulary import (
    LANGUAGES,
    Activity,
    AgreementKind,
    Audience,
    Experience,
    LanguageLevel,
    Need,
    ScreeningKind,
    SuspensionReason,
    TrainingKind,
)

AREA_CODE = re.compile(r"^[1-9]\d{3}$")
N_LANGUAGES = 4
ALL_MINUTES = 24 * 60
NOTHING = "—"

Words = str | Promise


def _big(choices: Iterable[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """Choices with a capital, in the language of who looks."""
    return [(str(value), capfirst(str(label))) for value, label in choices]


def _blank(label: Words, choices: Iterable[tuple[Any, Any]]) -> list[tuple[str, Words]]:
    return [("", label), *_big(choices)]


class DayField(forms.DateField):
    """A day, from the calendar of the device; also typed as 5-9-2026."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d-%m-%Y"])
        super().__init__(**kwargs)


class ClockField(forms.TimeField):
    """Hours and minutes on the wall clock."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        super().__init__(**kwargs)


# --- An expert --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Section:
    """One group of fields, under one heading."""

    title: Words
    text: Words
    fields: Sequence[BoundField]
    pairs: Sequence[tuple[BoundField, BoundField]] = ()
    folded: bool = False

    @property
    def is_faulty(self) -> bool:
        """Something in it needs a look, so it starts unfolded; else nobody reads along."""
        return any(one.errors for one in self.fields)


class ExpertForm(forms.Form):
    """Everything of a profile, in the order of a first talk."""

    first_name = forms.CharField(label=_("First name"), max_length=60)
    last_name = forms.CharField(label=_("Last name"), max_length=80)
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, help_text=_("The invitation goes here.")
    )
    coordinator = forms.ChoiceField(
        label=_("Own coordinator"),
        help_text=_("This person sees the dates of the papers. Colleagues do not."),
    )
    home_area = forms.CharField(
        label=_("Home area"),
        help_text=_("The four figures of the postcode. No address."),
        max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
    )
    travel_radius_km = forms.IntegerField(
        label=_("Travels at most (km)"),
        min_value=1,
        max_value=200,
        widget=forms.NumberInput(attrs={"class": "utrecht-textbox--short"}),
    )
    excluded_areas = forms.CharField(
        label=_("Areas to leave out"),
        help_text=_("Four figures each, with a space between. No reason is asked."),
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
        widget=forms.NumberInput(attrs={"class": "utrecht-textbox--short"}),
    )
    max_per_week = forms.IntegerField(
        label=_("Sessions a week, at most"),
        min_value=0,
        max_value=40,
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
        kwargs["initial"] = _initial(profile) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self._choice("activities").choices = _big(Activity.choices)
        self._choice("can_meet").choices = _big(Need.choices)
        self._choice("coordinator").choices = [("", NOTHING), *coordinators()]
        self._choice("excluded_organisations").choices = [
            (str(one.pk), one.name)
            for one in Organisation.objects.filter(closed_on=None).order_by("name")
        ]
        # Whoever speaks more keeps them all, with room for one more.
        self.n_languages = max(N_LANGUAGES, len(profile.languages) + 1 if profile else 0)
        for n in range(self.n_languages):
            self.fields[f"language_{n}"] = forms.ChoiceField(
                label=_("Language"), choices=_blank(NOTHING, LANGUAGES), required=False
            )
            self.fields[f"level_{n}"] = forms.ChoiceField(
                label=_("How well"), choices=_blank(NOTHING, LanguageLevel.choices), required=False
            )
        for code, label in Experience.choices:
            self.fields[f"experience_{code}"] = forms.ChoiceField(
                label=capfirst(str(label)),
                choices=_blank(_("Not told"), Audience.choices),
                required=False,
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
        yield self._section(_("Where"), "", "home_area", "travel_radius_km", "excluded_areas")
        yield replace(
            self._section(_("Languages"), ""),
            pairs=[(self[f"language_{n}"], self[f"level_{n}"]) for n in range(self.n_languages)],
        )
        yield self._section(
            _("What and how much"), "", "activities", "can_meet", "max_running", "max_per_week"
        )
        yield replace(
            self._section(
                _("Own life"),
                _("Only what this person chooses to tell. For each: who may know it."),
                *(f"experience_{code}" for code in Experience.values),
            ),
            folded=True,
        )
        yield self._section(_("Messages"), "", "wants_sms", "wants_invites", "hides_offers")
        yield replace(
            self._section(
                _("Organisations to leave out"),
                _("No reason is asked."),
                "excluded_organisations",
            ),
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
        return _known_areas([code])[0]

    def clean_excluded_areas(self) -> list[str]:
        return _known_areas(re.split(r"[\s,;]+", self.cleaned_data["excluded_areas"].strip()))

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
            experiences=tuple(
                (code, given[f"experience_{code}"])
                for code in Experience.values
                if given[f"experience_{code}"]
            ),
            excluded_areas=frozenset(given["excluded_areas"]),
            excluded_organisations=frozenset(map(UUID, given["excluded_organisations"])),
            **agreed,
        )


def coordinators() -> list[tuple[str, str]]:
    """Who coordinates in this region now: id and name."""
    running = Membership.objects.filter(role=Role.COORDINATOR, ended_at=None)
    people = {row.user_id: row.user.name for row in running.select_related("user")}
    return sorted(((str(pk), name) for pk, name in people.items()), key=lambda one: one[1])


def _initial(profile: Profile | None) -> dict[str, Any]:
    if profile is None:
        return {
            "travel_radius_km": 20,
            "max_running": 2,
            "max_per_week": 4,
            "wants_sms": True,
            "wants_invites": True,
            "language_0": "nl",
            "level_0": LanguageLevel.NATIVE,
        }
    plain = {
        name: getattr(profile, name)
        for name in (
            "first_name",
            "last_name",
            "phone",
            "email",
            "home_area",
            "travel_radius_km",
            "max_running",
            "max_per_week",
            "wants_sms",
            "wants_invites",
            "hides_offers",
        )
    }
    return (
        plain
        | {
            "coordinator": str(profile.coordinator.pk),
            "activities": sorted(profile.activities),
            "can_meet": list(profile.can_meet),
            "excluded_areas": " ".join(sorted(profile.excluded_areas)),
            "excluded_organisations": [str(pk) for pk in profile.excluded_organisations],
        }
        | {f"language_{n}": code for n, (code, _level) in enumerate(profile.languages)}
        | {f"level_{n}": level for n, (_code, level) in enumerate(profile.languages)}
        | {f"experience_{code}": audience for code, audience in profile.experiences}
    )


def _known_areas(codes: Iterable[str]) -> list[str]:
    wanted = [code for code in codes if code]
    for code in wanted:
        if not AREA_CODE.match(code):
            raise forms.ValidationError(_("An area is four figures, such as 3311."))
    known = set(Area.objects.filter(code__in=wanted).values_list("code", flat=True))
    for code in wanted:
        if code not in known:
            message = _("We do not know area %(code)s. Choose one nearby.")
            raise forms.ValidationError(message, params={"code": code})
    return wanted


# --- The week ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class DayOfWeek:
    """One weekday of the form: three parts to tap, and exact times for who wants them."""

    name: str
    parts: BoundField
    times: Sequence[tuple[BoundField, BoundField]]
    has_times: bool


class WeekForm(forms.Form):
    """Seven days, each with day, evening and night to tap, or exact times."""

    MOST_TIMES = 6

    def __init__(self, *args: Any, week: Iterable[WeekRow] = (), **kwargs: Any) -> None:
        found = [_split([row for row in week if row.weekday == day]) for day in range(7)]
        kwargs["initial"] = _week_initial(found)
        super().__init__(*args, **kwargs)
        self.n_times = [self._asked(day, len(found[day][1])) for day in range(7)]
        for day in range(7):
            parts = forms.MultipleChoiceField(
                label=capfirst(str(WEEKDAYS[day])),
                choices=[
                    ("DAYTIME", _("Day")),
                    ("EVENING", _("Evening")),
                    ("NIGHT", _("Night")),
                ],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"d{day}_parts"] = parts
            for n in range(self.n_times[day]):
                self.fields[f"d{day}_from_{n}"] = ClockField(label=_("From"), required=False)
                self.fields[f"d{day}_until_{n}"] = ClockField(label=_("Until"), required=False)

    def _asked(self, day: int, stored: int) -> int:
        """How many pairs of times this form has: what is stored, or what was sent, and one more."""
        sent = sum(f"d{day}_from_{n}" in self.data for n in range(self.MOST_TIMES))
        return min(max(stored + 1, sent), self.MOST_TIMES)

    def days(self) -> Iterator[DayOfWeek]:
        """The days as the page shows them."""
        for day in range(7):
            times = [
                (self[f"d{day}_from_{n}"], self[f"d{day}_until_{n}"])
                for n in range(self.n_times[day])
            ]
            filled = any(one.value() or other.value() for one, other in times)
            yield DayOfWeek(
                name=capfirst(str(WEEKDAYS[day])),
                parts=self[f"d{day}_parts"],
                times=times,
                has_times=filled or any(one.errors or other.errors for one, other in times),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for day in range(7):
            for n in range(self.n_times[day]):
                first, last = f"d{day}_from_{n}", f"d{day}_until_{n}"
                if first in self.errors or last in self.errors:
                    continue
                if (cleaned.get(first) is None) != (cleaned.get(last) is None):
                    missing = first if cleaned.get(first) is None else last
                    self.add_error(missing, _("Fill in both times, or none."))
        return cleaned

    def rows(self) -> list[WeekRow]:
        """The week that was filled in; an end that is not later is on the next day."""
        bounds = {part: (begins, until) for part, begins, until in DAY_PARTS}
        found = []
        for day in range(7):
            found += [WeekRow(day, *bounds[one]) for one in self.cleaned_data[f"d{day}_parts"]]
            for n in range(self.n_times[day]):
                first = self.cleaned_data[f"d{day}_from_{n}"]
                last = self.cleaned_data[f"d{day}_until_{n}"]
                if first is not None and last is not None:
                    starts, ends = _minutes(first), _minutes(last)
                    found.append(
                        WeekRow(day, starts, ends if ends > starts else ends + MINUTES_A_DAY)
                    )
        return found


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _split(rows: list[WeekRow]) -> tuple[list[str], list[WeekRow]]:
    """The parts of the day that a day's rows fill exactly, and the rows that do not fit parts."""
    parts: list[str] = []
    others = []
    for row in rows:
        inside = [
            part for part, begins, until in DAY_PARTS if row.starts <= begins and until <= row.ends
        ]
        length = sum(until - begins for part, begins, until in DAY_PARTS if part in inside)
        if inside and length == row.ends - row.starts:
            parts += inside
        else:
            others.append(row)
    return parts, others


def _week_initial(found: list[tuple[list[str], list[WeekRow]]]) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for day, (parts, others) in enumerate(found):
        initial[f"d{day}_parts"] = parts
        for n, row in enumerate(others):
            initial[f"d{day}_from_{n}"] = _clock(row.starts)
            initial[f"d{day}_until_{n}"] = _clock(row.ends)
    return initial


class AbsenceForm(forms.Form):
    """Away on whole days, or from a time until a time."""

    first_day = DayField(label=_("First day away"))
    first_time = ClockField(label=_("From"), required=False)
    last_day = DayField(label=_("Last day away"))
    last_time = ClockField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and self.period()[1] <= self.period()[0]:
            self.add_error("last_day", _("The last day comes before the first."))
        return cleaned

    def period(self) -> tuple[datetime, datetime]:
        """[from, until) as instants; whole days where no times were given."""
        given = self.cleaned_data
        first, last = given["first_time"], given["last_time"]
        starts = instant_of(given["first_day"], _minutes(first) if first else 0, AMSTERDAM)
        ends = instant_of(given["last_day"], _minutes(last) if last else ALL_MINUTES, AMSTERDAM)
        return starts, ends


# --- Papers -----------------------------------------------------------------------------------


class VogForm(forms.Form):
    """What stands on a VOG that was seen. No number and no copy."""

    issue_date = DayField(label=_("Date on the VOG"))
    seen_on = DayField(label=_("Seen on"))
    authenticity_checked = forms.BooleanField(
        label=_("I checked the marks of authenticity"), required=False
    )
    profile_kind = forms.ChoiceField(
        label=_("Kind of profile"),
        help_text=_("Aspect 85 and profile 85 are two different things."),
        choices=[],
        widget=forms.RadioSelect,
    )
    profile_codes = forms.CharField(
        label=_("Codes"),
        help_text=_("Two figures each, with a space between: 84 85"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
    )
    function_label = forms.CharField(label=_("Function on the VOG"), max_length=80, required=False)
    organisation_label = forms.CharField(
        label=_("Organisation on the VOG"), max_length=120, required=False
    )
    policy_valid_until = DayField(
        label=_("We rely on it until"),
        help_text=_("Leave empty: then the months that the region agreed on count."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["profile_kind"]
        kinds.choices = _big(ScreeningKind.choices)

    def clean_profile_codes(self) -> list[str]:
        codes = re.split(r"[\s,;]+", self.cleaned_data["profile_codes"].strip())
        if not all(re.fullmatch(r"\d{2}", code) for code in codes):
            raise forms.ValidationError(_("A code is two figures, such as 85."))
        return codes


class TrainingForm(forms.Form):
    """A course: begun, finished, certificate seen."""

    kind = forms.ChoiceField(label=_("Training"), choices=[])
    provider = forms.CharField(label=_("Provider"), max_length=80, required=False)
    level = forms.TypedChoiceField(
        label=_("Level"), choices=[(str(n), str(n)) for n in range(6)], coerce=int, initial="1"
    )
    started_on = DayField(label=_("Started on"))
    completed_on = DayField(label=_("Finished on"), required=False)
    certificate_seen_on = DayField(
        label=_("Certificate seen on"),
        help_text=_("It counts once you have seen the certificate."),
        required=False,
    )
    expires_on = DayField(label=_("Valid until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.choices = _big(TrainingKind.choices)


class AgreementForm(forms.Form):
    """A signed agreement."""

    kind = forms.ChoiceField(label=_("Agreement"), choices=[])
    signed_on = DayField(label=_("Signed on"))
    valid_until = DayField(label=_("Valid until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.choices = _big(AgreementKind.choices)


# --- Coordinators -----------------------------------------------------------------------------


class SuspendForm(forms.Form):
    """Stop at once: one tap on a code, no story."""

    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("A code only. Write the story nowhere."),
        choices=[],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.choices = _big(SuspensionReason.choices)


class OnCallForm(forms.Form):
    """Duty of one coordinator, from a moment until a moment."""

    user = forms.ChoiceField(label=_("Who"), choices=[])
    first_day = DayField(label=_("From"))
    first_time = ClockField(label=_("Time"), initial=time(17, 0))
    last_day = DayField(label=_("Until"))
    last_time = ClockField(label=_("Time"), initial=time(9, 0))
    place_in_chain = forms.TypedChoiceField(
        label=_("Called as"),
        choices=[
            ("1", pgettext_lazy("order of calling", "first")),
            ("2", pgettext_lazy("order of calling", "second")),
            ("3", pgettext_lazy("order of calling", "third")),
        ],
        coerce=int,
        initial="1",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["user"]
        people.choices = coordinators()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and self.period()[1] <= self.period()[0]:
            self.add_error("last_day", _("The end comes before the beginning. Look again."))
        return cleaned

    def period(self) -> tuple[datetime, datetime]:
        """[from, until) as instants."""
        given = self.cleaned_data
        return (
            instant_of(given["first_day"], _minutes(given["first_time"]), AMSTERDAM),
            instant_of(given["last_day"], _minutes(given["last_time"]), AMSTERDAM),
        )


class FilterForm(forms.Form):
    """Which people the list shows. Everything may stay empty."""

    q = forms.CharField(label=_("Name"), max_length=80, required=False)
    activity = forms.ChoiceField(label=_("Work"), choices=[], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        activities: Any = self.fields["activity"]
        activities.choices = _blank(_("All work"), Activity.choices)
        languages: Any = self.fields["language"]
        languages.choices = _blank(_("All languages"), LANGUAGES)

    def wanted(self) -> dict[str, str]:
        """What was asked for; a value nobody offered is left out."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
