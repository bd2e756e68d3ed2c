"""What is typed about who comes in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.models import Organisation, OrganisationKind, Role

FIGURES = 10  # as every Dutch number


def work_phone(value: str) -> str:
    """The number as it was typed; refused where figures are missing."""
    phone = value.strip()
    if phone and len(re.sub(r"\D", "", phone)) < FIGURES:
        raise forms.ValidationError(_("A phone number has at least ten figures."))
    return phone


class InviteForm(forms.Form):
    """Name, address and number of who is invited, and for which organisation."""

    role = forms.ChoiceField(
        label=_("What will this person do here?"),
        widget=forms.RadioSelect,
        initial=Role.PROFESSIONAL.value,
    )
    name = forms.CharField(
        label=_("First and last name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("Work e-mail address"),
        help_text=_("The invitation goes here, and this person signs in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Work phone"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.unbound.none(),
        required=False,
        empty_label=_("Choose one"),
    )
    new_name = forms.CharField(label=_("Name of the organisation"), max_length=120, required=False)
    new_kind = forms.ChoiceField(
        label=_("Kind of organisation"),
        choices=[("", _("Choose one")), *OrganisationKind.choices],
        required=False,
    )
    new_phone = forms.CharField(
        label=_("Number outside office hours"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["role"]
        choices.choices = [(role.value, str(role.label).capitalize()) for role in roles]
        choices.hints = {
            role.value: _("A second administrator has to agree first.")
            for role in roles
            if role != Role.PROFESSIONAL
        }
        if len(roles) == 1:
            del self.fields["role"]
        open_ones = Organisation.objects.filter(closed_on=None).order_by("name")
        chosen: Any = self.fields["organisation"]
        chosen.queryset = open_ones

    @property
    def is_new(self) -> bool:
        """Whether an organisation was typed, or something about it has to be mended."""
        return any(self[name].value() for name in ("new_name", "new_kind", "new_phone")) or any(
            name in self.errors for name in ("new_name", "new_kind", "new_phone")
        )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_phone(self) -> str:
        return work_phone(self.cleaned_data["phone"])

    def clean_new_phone(self) -> str:
        return work_phone(self.cleaned_data["new_phone"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned.setdefault("role", Role.PROFESSIONAL.value)
        chosen, added = cleaned.get("organisation"), cleaned.get("new_name")
        if chosen and added:
            self.add_error("new_name", _("Choose one from the list or add one, not both."))
        elif added and not cleaned.get("new_kind"):
            self.add_error("new_kind", _("Choose what kind of organisation this is."))
        elif not chosen and not added and cleaned["role"] == Role.PROFESSIONAL:
            self.add_error("organisation", _("A professional works for an organisation."))
        return cleaned


class RoleForm(forms.Form):
    """Another role for somebody who is here."""

    role = forms.ChoiceField(label=_("New role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["role"]
        choices.choices = [(role.value, str(role.label).capitalize()) for role in roles]
