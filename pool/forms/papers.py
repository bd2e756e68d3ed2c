"""What was seen on paper."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pool.forms.fields import (
    DayField,
    PoolForm,
    big,
)
from pool.queries import term_choices
from pool.vocabulary import ScreeningKind, Vocabulary


class VogForm(PoolForm):
    """What stands on a VOG that was seen. No number and no copy."""

    issue_date = DayField(
        label=_("Date on the VOG"),
        error_messages={"required": _("Write the date that stands on the VOG.")},
    )
    seen_on = DayField(
        label=_("Seen on"),
        error_messages={"required": _("Write the day on which you saw the VOG.")},
    )
    authenticity_checked = forms.BooleanField(
        label=_("I checked the marks of authenticity"), required=False
    )
    profile_kind = forms.ChoiceField(
        label=_("Kind of profile"),
        help_text=_("Aspect 85 and profile 85 are two different things."),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the kind that stands on the VOG.")},
    )
    profile_codes = forms.CharField(
        label=_("Codes"),
        help_text=_("Two figures each, with a space between: 84 85"),
        max_length=40,
        error_messages={"required": _("Write the codes that stand on the VOG, such as 85.")},
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
        kinds.choices = big(ScreeningKind.choices)

    def clean_profile_codes(self) -> list[str]:
        codes = re.split(r"[\s,;]+", self.cleaned_data["profile_codes"].strip())
        if not all(re.fullmatch(r"\d{2}", code) for code in codes):
            raise forms.ValidationError(_("A code is two figures, such as 85."))
        return codes


class TrainingForm(PoolForm):
    """A course: begun, finished, certificate seen."""

    kind = forms.ChoiceField(label=_("Training"), choices=[])
    provider = forms.CharField(label=_("Provider"), max_length=80, required=False)
    level = forms.TypedChoiceField(
        label=_("Level"), choices=[(str(n), str(n)) for n in range(6)], coerce=int, initial="1"
    )
    started_on = DayField(
        label=_("Started on"),
        error_messages={"required": _("Write the first day of the training.")},
    )
    completed_on = DayField(label=_("Finished on"), required=False)
    certificate_seen_on = DayField(
        label=_("Certificate seen on"),
        help_text=_("It counts once you have seen the certificate."),
        required=False,
    )
    expires_on = DayField(
        label=_("Valid until"),
        help_text=_("Leave empty: then the months that the region agreed on count."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.choices = big(term_choices(Vocabulary.TRAINING))


class SignedForm(PoolForm):
    """One agreement that everybody signs; which one is known."""

    signed_on = DayField(
        label=_("Signed on"),
        error_messages={"required": _("Write the day on which it was signed.")},
    )


class AgreementForm(PoolForm):
    """A signed agreement."""

    kind = forms.ChoiceField(label=_("Agreement"), choices=[])
    signed_on = DayField(
        label=_("Signed on"),
        error_messages={"required": _("Write the day on which it was signed.")},
    )
    valid_until = DayField(
        label=_("Valid until"),
        help_text=_("Leave empty: then the months that the region agreed on count."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.choices = big(term_choices(Vocabulary.AGREEMENT))
