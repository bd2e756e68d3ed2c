"""A word of the region."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pool.forms.fields import PoolForm
from pool.models import Term
from pool.vocabulary import Vocabulary

LONGEST_MONTHS = 240


class TermForm(PoolForm):
    """Two names and, for what runs out, its months."""

    label_nl = forms.CharField(
        label=_("Name in Dutch"),
        max_length=80,
        error_messages={"required": _("Write the name as people will read it.")},
    )
    label_en = forms.CharField(
        label=_("Name in English"),
        max_length=80,
        error_messages={"required": _("Write the English name, or the same name again.")},
    )
    validity_months = forms.IntegerField(
        label=_("Counts for how many months?"),
        help_text=_("Leave empty: then it never ends."),
        required=False,
        min_value=1,
        max_value=LONGEST_MONTHS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
    )
    renew_months = forms.IntegerField(
        label=_("From how many months before the end may it be renewed?"),
        help_text=_("Who renews within these months loses no day."),
        required=False,
        min_value=0,
        max_value=LONGEST_MONTHS,
        initial=3,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
    )

    def __init__(self, *args: Any, vocabulary: Vocabulary, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if vocabulary == Vocabulary.SUPPORT:
            # How often support is due, is dated and stands on its own page.
            del self.fields["validity_months"], self.fields["renew_months"]

    def values(self) -> dict[str, Any]:
        """What was filled in, as the actions take it."""
        given = dict(self.cleaned_data)
        if "renew_months" in given and given["renew_months"] is None:
            given["renew_months"] = 0
        return given


def first_values(term: Term) -> dict[str, object]:
    """What the form starts with."""
    return {
        "label_nl": term.label_nl,
        "label_en": term.label_en,
        "validity_months": term.validity_months,
        "renew_months": term.renew_months,
    }
