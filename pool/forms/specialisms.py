"""What an expert tells and to whom, the own list, and what a region uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.access.models import Membership, Organisation, User
from pool.forms.fields import NOTHING, PoolForm, Section, blank
from pool.permissions import STAFF
from pool.queries.specialisms import Told
from pool.specialisms import DEFINITIONS, GUARDED, KIND_OF, LABELS, SpecialismKind
from pool.vocabulary import Audience


class TellForm(PoolForm):
    """One field a code: not told, or to whom. A form of violence is told to coordinators or not."""

    def __init__(
        self, *args: Any, offered: Sequence[str], told: Iterable[Told] = (), **kwargs: Any
    ) -> None:
        kwargs["initial"] = {one.code: one.visible_to for one in told}
        super().__init__(*args, **kwargs)
        for code in offered:
            words: dict[str, Any] = {
                "label": capfirst(str(LABELS[code])),
                "help_text": DEFINITIONS[code],
                "required": False,
            }
            if KIND_OF[code] == SpecialismKind.FORM:
                self.fields[code] = forms.BooleanField(**words)
            else:
                choices = blank(_("Not told"), Audience.choices)
                self.fields[code] = forms.ChoiceField(choices=choices, **words)

    def told(self) -> dict[str, str]:
        """Code and audience of everything that is told."""
        return {
            code: Audience.COORDINATOR if value is True else str(value)
            for code, value in self.cleaned_data.items()
            if value
        }

    def sections(self) -> Iterator[Section]:
        """The lists, all folded: somebody may look along."""
        yield self._section(
            SpecialismKind.EXPERIENCE,
            _("Own life"),
            _("For each: who may know it."),
        )
        yield self._section(
            SpecialismKind.APPROACH, _("How you deal with people"), _("For each: who may know it.")
        )
        yield self._section(
            SpecialismKind.PHASE, _("When in the process"), _("For each: who may know it.")
        )
        yield self._section(
            SpecialismKind.FORM,
            _("What you can talk about"),
            _("Coordinators see this, to find you for the right talk. Nobody else does."),
        )
        guarded = self._section(
            SpecialismKind.FORM,
            _("What only a few may read"),
            _("Sealed. Only coordinators to whom two people gave that right can open it."),
            guarded=True,
        )
        if guarded.fields:
            yield guarded

    def _section(
        self, kind: SpecialismKind, title: Any, text: Any, *, guarded: bool = False
    ) -> Section:
        fields: list[BoundField] = [
            self[code]
            for code in self.fields
            if KIND_OF[code] == kind and (code in GUARDED) == guarded
        ]
        return Section(title, text, fields, folded=True)


class AvoidForm(PoolForm):
    """Somebody for the own list: a person by name, or an organisation."""

    name = forms.CharField(
        label=_("Name of a professional"),
        help_text=_("Last name, with the first name or its letter before it if you know it."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    organisation = forms.ChoiceField(label=_("Or an organisation"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        open_ones = Organisation.objects.filter(closed_on=None).order_by("name")
        field.choices = [("", NOTHING), *((str(one.pk), one.name) for one in open_ones)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        name, organisation = cleaned.get("name", "").strip(), cleaned.get("organisation")
        if not self.errors and bool(name) == bool(organisation):
            message = _("Write one name, or choose one organisation.")
            self.add_error("name", message)
        return cleaned


class ReaderForm(PoolForm):
    """A colleague who may come to read the guarded part."""

    user = forms.ChoiceField(
        label=_("Colleague"), error_messages={"required": _("Choose a colleague.")}
    )

    def __init__(self, *args: Any, besides: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left_out = {one.pk for one in besides}
        running = Membership.objects.filter(role__in=STAFF, ended_at=None).select_related("user")
        people = {row.user_id: row.user.name for row in running if row.user_id not in left_out}
        field: Any = self.fields["user"]
        field.choices = [
            ("", NOTHING),
            *sorted(((str(pk), name) for pk, name in people.items()), key=lambda one: one[1]),
        ]

    def clean_user(self) -> UUID:
        return UUID(self.cleaned_data["user"])
