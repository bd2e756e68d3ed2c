"""What an expert writes who wants something put right."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from pool.models import CorrectionField


class CorrectionForm(forms.Form):
    """Which part, and what it should be."""

    field = forms.ChoiceField(
        label=_("What is not right?"), choices=CorrectionField.choices, widget=forms.RadioSelect
    )
    wish = forms.CharField(
        label=_("What should it be?"),
        help_text=_("Only your own coordinator reads this. It goes when it is dealt with."),
        max_length=300,
        widget=forms.Textarea,
    )
