"""What is typed about an organisation: its number, its contact, who stands in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.models import Membership
from core.access.people.forms import work_phone


class NumberForm(forms.Form):
    """The number for nights and weekends."""

    phone = forms.CharField(
        label=_("Number at night and in the weekend"),
        help_text=_("Somebody answers there who can reach a colleague."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    tested = forms.BooleanField(
        label=_("I called it just now and somebody answered"), required=False
    )

    def clean_phone(self) -> str:
        return work_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("tested") and not cleaned.get("phone"):
            self.add_error("phone", _("Fill in the number that you called."))
        return cleaned


class ContactForm(forms.Form):
    """Whom the region calls about the accounts of an organisation."""

    contact = forms.ChoiceField(label=_("Contact"), required=False)

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["contact"]
        field.choices = [
            ("", _("Nobody yet")),
            *((str(one.user_id), one.user.name or one.user.email) for one in people),
        ]


class DeputyForm(forms.Form):
    """Who stands in, and on which days."""

    stand_in = forms.ChoiceField(label=_("Who stands in?"), widget=forms.RadioSelect)
    first_day = forms.DateField(
        label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("Until"),
        help_text=_("This day included. Leave it empty when you do not know yet."),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, *args: Any, people: Iterable[Membership], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field: Any = self.fields["stand_in"]
        field.choices = [(str(one.pk), one.user.name or one.user.email) for one in people]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        last, first = cleaned.get("last_day"), cleaned.get("first_day")
        if last and last < self.today:
            self.add_error("last_day", _("This day is over. Look at the date."))
        elif last and first and last < first:
            self.add_error("last_day", _("The last day comes before the first. Look at both."))
        return cleaned
