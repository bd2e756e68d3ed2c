"""A file with people: the file itself, and each of its rows judged like the form of one person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from pool.actions import Newcomer, Profile
from pool.forms.columns import (
    COLUMNS,
    HEADS,
    MEND,
    NEEDED,
    PASSED_BY,
    ROW,
    SIGNED,
    UNREADABLE,
    USUAL,
    LanguagesField,
    WordsField,
    plain,
    wording,
)
from pool.forms.experts import ExpertForm
from pool.forms.fields import DayField, PoolForm
from pool.models import Area
from pool.rules import holds_bsn
from pool.sheets import MOST_BYTES, Sheet, Unreadable, read, told
from pool.vocabulary import Activity, Need

PHONE = re.compile(r"\+[\d .\-()]+")


class FileForm(forms.Form):
    """One file, looked at as a whole."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 2 MB and 500 rows. The file is not kept."),
        error_messages={
            "required": _("Choose a file."),
            "empty": UNREADABLE["EMPTY"],
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def clean_file(self) -> UploadedFile[bytes]:
        given: UploadedFile[bytes] = self.cleaned_data["file"]
        if (given.size or 0) > MOST_BYTES:
            raise forms.ValidationError(UNREADABLE["TOO_BIG"])
        try:
            self.sheet = read(given.read())
        except Unreadable as why:
            raise forms.ValidationError(UNREADABLE[why.code]) from None
        if missing := missing_heads(self.sheet):
            message = _("The first row has no column %(names)s. Begin from the example.")
            raise forms.ValidationError(message, params={"names": ", ".join(missing)})
        return given


def missing_heads(sheet: Sheet) -> list[str]:
    """Columns without which nobody can be written in."""
    known = {HEADS.get(plain(title)) for title in sheet.head}
    return [COLUMNS[key] for key in NEEDED if key not in known]


def strange_heads(sheet: Sheet) -> list[str]:
    """Columns that nobody asked for; they are read past and the page says so."""
    return [one for one in sheet.head if one and plain(one) not in HEADS and one not in PASSED_BY]


@dataclass(frozen=True)
class Row:
    """One row of the file, judged.

    Attributes:
        number: of the row in the file.
        errors: column -> why it cannot be taken over; the column "" is the row as a whole.
    """

    number: int
    cells: Mapping[str, str]
    errors: Mapping[str, str]
    newcomer: Newcomer | None = None

    @property
    def name(self) -> str:
        return f"{self.cells.get('first_name', '')} {self.cells.get('last_name', '')}".strip()

    @property
    def told_errors(self) -> list[tuple[str, str]]:
        """(head of the column, why)."""
        return [(COLUMNS.get(key, ""), why) for key, why in self.errors.items()]


@dataclass(frozen=True)
class Known:
    """What a row is compared with, read once for the whole file."""

    areas: Collection[str]
    coordinators: Mapping[str, User]
    addresses: Collection[str]
    by: User
    decides_for_all: bool
    today: date
    seen: dict[str, int] = field(default_factory=dict)


def judged(sheet: Sheet, known: Known) -> list[Row]:
    """Every row of the file, with every reason why it cannot be taken over."""
    keys = [HEADS.get(plain(title), "") for title in sheet.head]
    rows = []
    for number, values in sheet.rows:
        pairs = zip(keys, values, strict=False)
        cells = {key: told(value) for key, value in pairs if key}
        rows.append(_row(number, cells, known))
    return rows


def _row(number: int, cells: dict[str, str], known: Known) -> Row:
    errors = {key: why for key, text in cells.items() if (why := _refused(text))}
    form = RowForm({key: "" if key in errors else text for key, text in cells.items()}, known=known)
    for key, found in form.errors.items():
        errors.setdefault(key, str(found[0]))
    address = cells.get("email", "").casefold()
    if address and "email" not in errors:
        if address in known.addresses:
            errors["email"] = gettext("Somebody in the pool has this address already.")
        elif address in known.seen:
            errors["email"] = gettext("The same address stands in row %(n)s.") % {
                "n": known.seen[address]
            }
        known.seen.setdefault(address, number)
    ordered = {key: errors[key] for key in COLUMNS if key in errors}
    return Row(number, cells, ordered, None if ordered else form.newcomer())


def _refused(text: str) -> str:
    """Why a cell is not even looked at, or empty."""
    if text.startswith(("=", "@", "\t", "\r")) or (
        text.startswith(("+", "-")) and not PHONE.fullmatch(text)
    ):
        return gettext("This is a formula. Write the value itself.")
    if holds_bsn(text):
        return gettext("This looks like a BSN. We do not keep those: take it out.")
    return ""


class RowForm(PoolForm):
    """One row of a file; what the form of one person says of a field, it says here."""

    SAME = ("first_name", "last_name", "phone", "email", "home_area", *USUAL)

    languages = LanguagesField(max_length=300)
    activities = WordsField(Activity.choices, max_length=300)
    can_meet = WordsField(Need.choices, max_length=300)
    coordinator = forms.CharField(max_length=120, required=False)
    confidentiality_on = DayField(required=False)
    conduct_on = DayField(required=False)

    clean_phone = ExpertForm.clean_phone

    def __init__(self, cells: Mapping[str, str], *, known: Known) -> None:
        self.known = known
        super().__init__({**cells, **{k: cells.get(k) or v for k, v in USUAL.items()}})
        for name in self.SAME:
            self.fields[name] = deepcopy(ExpertForm.base_fields[name])

    def clean_home_area(self) -> str:
        code: str = self.cleaned_data["home_area"].strip()
        if code not in self.known.areas:
            message = _("We do not know area %(code)s. Choose one nearby.")
            raise forms.ValidationError(message, params={"code": code})
        return code

    def clean_coordinator(self) -> User:
        name = wording(self.cleaned_data["coordinator"])
        if not name:
            name = wording(self.known.by.name)
        found = self.known.coordinators.get(name)
        if found is None:
            raise forms.ValidationError(_("Write the name of somebody who is a coordinator here."))
        return found

    def _clean_signed(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        own = self.cleaned_data.get("coordinator")
        if day and day > self.known.today:
            raise forms.ValidationError(_("That day has not come yet."))
        if day and own and own != self.known.by and not self.known.decides_for_all:
            raise forms.ValidationError(
                _("Only the own coordinator writes down what was signed. Leave this cell empty.")
            )
        return day

    def clean_confidentiality_on(self) -> date | None:
        return self._clean_signed("confidentiality_on")

    def clean_conduct_on(self) -> date | None:
        return self._clean_signed("conduct_on")

    def newcomer(self) -> Newcomer:
        """Who this row is about."""
        given = self.cleaned_data
        profile = Profile(
            first_name=given["first_name"].strip(),
            last_name=given["last_name"].strip(),
            phone=given["phone"],
            email=given["email"],
            coordinator=given["coordinator"],
            home_area=given["home_area"],
            travel_radius_km=given["travel_radius_km"],
            max_running=given["max_running"],
            max_per_week=given["max_per_week"],
            activities=frozenset(given["activities"]),
            languages=tuple(given["languages"]),
            can_meet=tuple(sorted(given["can_meet"])),
        )
        signed = {kind: given[name] for name, kind in SIGNED.items() if given[name]}
        return Newcomer(profile, signed)


def known_areas_all() -> frozenset[str]:
    """Every area there is."""
    return frozenset(Area.objects.values_list("code", flat=True))


def returned(sheet: Sheet, rows: Sequence[Row]) -> tuple[list[str], list[list[str]], Any]:
    """The rows that were refused, as they were, with what to mend behind them.

    Returns head, rows, and the note of each refused cell by its place.
    """
    cells_of = dict(sheet.rows)
    at = {HEADS.get(plain(title), ""): x for x, title in enumerate(sheet.head)}
    kept = [x for x, title in enumerate(sheet.head) if title not in {ROW, MEND}]
    head = [ROW, *(sheet.head[x] for x in kept), MEND]
    lines, notes = [], {}
    for y, row in enumerate(one for one in rows if one.errors):
        cells = cells_of[row.number]
        whole = [cells[x] if x < len(cells) else "" for x in kept]
        mend = "; ".join(f"{title}: {why}" for title, why in row.told_errors)
        lines.append([str(row.number), *map(_not_kept, whole), mend])
        for key, why in row.errors.items():
            if key in at and at[key] in kept:
                notes[y, kept.index(at[key]) + 1] = why
    return head, lines, notes


def _not_kept(text: str) -> str:
    """A number that nobody may have is not handed back either."""
    return "" if holds_bsn(text) else text
