"""What one kind of work asks at one kind of host, and from which day."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pool.forms.fields import DayField, PoolForm, big
from pool.rules import Rule
from pool.vocabulary import RequirementLevel, ScreeningKind


class RequirementForm(PoolForm):
    """One cell of the matrix."""

    level = forms.ChoiceField(
        label=_("Is a VOG needed?"),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether a VOG is needed.")},
    )
    profile_kind = forms.ChoiceField(
        label=_("Which profile must be on it?"),
        help_text=_("Only where a VOG is needed. Aspect 85 and profile 85 are two things."),
        choices=[],
        required=False,
        widget=forms.RadioSelect,
    )
    profile_code = forms.CharField(
        label=_("Code"),
        help_text=_("Two figures, such as 85."),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
    )
    valid_from = DayField(
        label=_("Counts from"),
        help_text=_("Today or a later day."),
        error_messages={"required": _("Choose the day from which this counts.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        levels: Any = self.fields["level"]
        levels.choices = big(RequirementLevel.choices)
        kinds: Any = self.fields["profile_kind"]
        kinds.choices = [("", _("Any profile will do")), *big(ScreeningKind.choices)]

    def clean_profile_code(self) -> str:
        code: str = self.cleaned_data["profile_code"].strip()
        if code and not re.fullmatch(r"\d{2}", code):
            raise forms.ValidationError(_("A code is two figures, such as 85."))
        return code

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day < self.today:
            raise forms.ValidationError(_("Choose today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("level") == RequirementLevel.NONE:
            return cleaned | {"profile_kind": "", "profile_code": ""}
        kind, code = cleaned.get("profile_kind"), cleaned.get("profile_code")
        if kind and not code and "profile_code" not in self.errors:
            self.add_error("profile_code", _("Write the code of this profile."))
        if code and not kind and "profile_kind" not in self.errors:
            self.add_error("profile_kind", _("Choose what kind of profile this code is."))
        return cleaned

    def rule(self) -> Rule:
        """What was chosen, as the rules know it."""
        given = self.cleaned_data
        profile = f"{given['profile_kind']}:{given['profile_code']}"
        return Rule(given["level"], profile if given["profile_code"] else "")


def first_values(rule: Rule | None, today: date) -> dict[str, object]:
    """What the form starts with: the rule that counts now, from today."""
    kind, _colon, code = rule.profile.partition(":") if rule else ("", "", "")
    return {
        "level": rule.level if rule else "",
        "profile_kind": kind,
        "profile_code": code,
        "valid_from": today,
    }
