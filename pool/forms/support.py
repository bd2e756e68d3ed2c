"""Who was there, how often support is due, and exceptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from pool.forms.fields import DayField, PoolForm, big
from pool.models.training import LONGEST_OVERRIDE
from pool.queries import term_choices
from pool.vocabulary import REASONS_FOR, Overridden, OverrideReason, RhythmUnit, Vocabulary


class EveningForm(PoolForm):
    """One moment for many people: who was there, who was not, or who is expected."""

    kind = forms.ChoiceField(label=_("What was it?"), choices=[])
    held_on = DayField(
        label=_("On which day?"),
        help_text=_("A day to come is fine: then you write down whom you expect."),
    )
    present = forms.MultipleChoiceField(
        label=_("Who was there, or who is expected?"),
        choices=[],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    absent = forms.MultipleChoiceField(
        label=_("Who was expected and did not come?"),
        help_text=_("No reason is asked."),
        choices=[],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, people: Sequence[tuple[str, str]], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        kinds: Any = self.fields["kind"]
        kinds.choices = big(term_choices(Vocabulary.SUPPORT))
        for name in ("present", "absent"):
            field: Any = self.fields[name]
            field.choices = people

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        there, away = set(cleaned.get("present", ())), set(cleaned.get("absent", ()))
        if there & away:
            self.add_error("absent", _("Somebody stands in both lists. Choose one of them."))
        if not there | away:
            self.add_error("present", _("Choose at least one person."))
        day = cleaned.get("held_on")
        if away and day and day > self.today:
            self.add_error("absent", _("That day is still to come. Nobody stayed away yet."))
        return cleaned

    def marks(self) -> dict[UUID, bool | None]:
        """Each person with what is known of them; on a day to come they are expected."""
        given = self.cleaned_data
        here = None if given["held_on"] > self.today else True
        found: dict[UUID, bool | None] = {UUID(one): here for one in given["present"]}
        return found | {UUID(one): False for one in given["absent"]}


class RhythmForm(PoolForm):
    """How often one kind of support is due, from a day on."""

    asked = forms.ChoiceField(
        label=_("Does the region ask this of everybody?"),
        choices=[("yes", _("Yes, at least every")), ("no", _("No, or not any more"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    every = forms.IntegerField(
        label=_("How many"),
        required=False,
        min_value=1,
        max_value=60,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"}),
    )
    unit = forms.ChoiceField(label=_("Weeks or months"), choices=[])
    valid_from = DayField(
        label=_("Counts from"),
        help_text=_("Today or a later day. Nobody is late before one whole period has passed."),
        error_messages={"required": _("Choose the day from which this counts.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        units: Any = self.fields["unit"]
        units.choices = big(RhythmUnit.choices)

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day < self.today:
            raise forms.ValidationError(_("Choose today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("asked") == "no":
            return cleaned | {"every": None}
        if cleaned.get("every") is None and "every" not in self.errors:
            self.add_error("every", _("Write how many weeks or months, such as 6."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What was chosen, as the action takes it."""
        return {name: self.cleaned_data[name] for name in ("every", "unit", "valid_from")}


class OverrideForm(PoolForm):
    """An exception: one tap on a code, and a last day."""

    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("A code only. Write the story nowhere."),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why. Nothing has changed yet.")},
    )
    until_on = DayField(
        label=_("Until and including"),
        help_text=_("At most three months ahead."),
        error_messages={"required": _("Choose the last day of this exception.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        reasons: Any = self.fields["reason"]
        reasons.choices = big(
            [(code, OverrideReason(code).label) for code in REASONS_FOR[Overridden.SUPPORT]]
        )

    def clean_until_on(self) -> date:
        day: date = self.cleaned_data["until_on"]
        if not self.today <= day <= self.today + LONGEST_OVERRIDE:
            raise forms.ValidationError(
                _("Choose a last day from today on, at most three months ahead.")
            )
        return day


class OneContactForm(PoolForm):
    """Support of one person on one day."""

    kind = forms.ChoiceField(label=_("What was it?"), choices=[])
    held_on = DayField(label=_("On which day?"))
    there = forms.ChoiceField(
        label=_("How did it go?"),
        choices=[
            ("yes", _("was there")),
            ("no", _("did not come")),
            ("expected", _("is expected, that day is to come")),
        ],
        widget=forms.RadioSelect,
        initial="yes",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        kinds: Any = self.fields["kind"]
        kinds.choices = big(term_choices(Vocabulary.SUPPORT))

    def mark(self) -> bool | None:
        """What is known: was there, was not, or is expected."""
        return {"yes": True, "no": False}.get(self.cleaned_data["there"])


class FinishForm(PoolForm):
    """A course that was begun: finished, certificate seen, until when."""

    completed_on = DayField(
        label=_("Finished on"),
        error_messages={"required": _("Write the last day of the training.")},
    )
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


def usual_last_day(today: date) -> date:
    """What an exception starts with: a month."""
    return today + timedelta(days=28)
