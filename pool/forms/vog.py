"""What coordinators and experts write about the way to a VOG: days and codes, no story."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from pool.forms.fields import DayField, PoolForm, Words, big
from pool.models import Requirement
from pool.vocabulary import Activity, BridgeReason


class StepForm(PoolForm):
    """A step that happened on a day."""

    on = DayField(
        label=_("On which day"), error_messages={"required": _("Write the day on which it was.")}
    )


class PrepareForm(StepForm):
    """Our part went to Justis."""

    free_scheme = forms.BooleanField(
        label=_("In the scheme for free VOGs"),
        help_text=_("For volunteers only, and not where the law asks a VOG."),
        required=False,
    )


class TellForm(StepForm):
    """What an expert tells of the way to a certificate; nobody has to tell all of it."""

    to = forms.ChoiceField(
        label=_("What happened?"),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happened. You may also tell nothing.")},
    )
    due_on = DayField(
        label=_("You can answer until"),
        help_text=_("Only if the letter names a day. Else we work it out."),
        required=False,
    )
    field_order = ("to", "on", "due_on")

    def __init__(
        self, *args: Any, steps: Sequence[tuple[str, Words]], has_term: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["to"]
        choices.choices = list(steps)
        if not has_term:
            del self.fields["due_on"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        on, due_on = cleaned.get("on"), cleaned.get("due_on")
        if on and due_on and due_on <= on:
            self.add_error("due_on", _("Write a day after the day of the letter."))
        return cleaned


class AttemptForm(PoolForm):
    """From which day a new attempt makes sense."""

    from_on = DayField(
        label=_("A new attempt makes sense from"),
        help_text=_("A day only, no reason. Leave empty to take it away."),
        required=False,
    )


class BridgeForm(PoolForm):
    """Some weeks in which running work goes on."""

    requirements = forms.MultipleChoiceField(
        label=_("For which work"),
        help_text=_("Only work that the policy asks a VOG for stands here."),
        choices=[],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind of work.")},
    )
    ends_on = DayField(
        label=_("Until"),
        error_messages={"required": _("Choose until when the work goes on.")},
    )
    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("A code only. Write the story nowhere."),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why. Nothing has been asked yet.")},
    )

    def __init__(
        self, *args: Any, works: Iterable[Requirement], latest: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        listed: Any = self.fields["requirements"]
        listed.choices = [(str(row.pk), _work(row)) for row in works]
        reasons: Any = self.fields["reason"]
        reasons.choices = big(BridgeReason.choices)
        self.latest = latest

    def clean_requirements(self) -> list[UUID]:
        return [UUID(one) for one in self.cleaned_data["requirements"]]


def _work(row: Requirement) -> str:
    activity = str(Activity(row.activity).label)
    return f"{capfirst(activity)}, {row.get_host_kind_display()}"
