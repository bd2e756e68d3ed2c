"""Coming in: an invitation, an application, the first talks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from pool.actions import Profile
from pool.forms.experts import ExpertForm
from pool.forms.fields import DayField, PoolForm, big
from pool.vocabulary import IntakeAnswer, IntakeOutcome, IntakeTopic


class InviteForm(PoolForm):
    """An address is enough: the person fills in the rest."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The mail says nothing about what it is for. It counts for three days."),
        error_messages={"required": _("Write the e-mail address to which the invitation goes.")},
    )


class ApplicationForm(ExpertForm):
    """The profile of somebody who writes in: all that is one's own to say."""

    # Known already, or agreed on in the first talk.
    LEFT_OUT = ("email", "coordinator", "activities")

    def __init__(self, *args: Any, applicant: User, invited_by: User, **kwargs: Any) -> None:
        self.applicant, self.invited_by = applicant, invited_by
        super().__init__(*args, **kwargs)
        for name in self.LEFT_OUT:
            del self.fields[name]

    def profile(self) -> Profile:
        """What was filled in; who the coordinator is was known before."""
        self.cleaned_data["coordinator"] = self.invited_by.pk
        return replace(super().profile(), email=self.applicant.email)


class IntakeForm(PoolForm):
    """One answer per topic, and how it goes on. No story: the talk stays between two people."""

    talked_on = DayField(
        label=_("Talked on"),
        error_messages={"required": _("Choose the day of the talk.")},
    )
    outcome = forms.ChoiceField(
        label=_("How does it go on?"),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it goes on.")},
    )
    again_on = DayField(
        label=_("Call again on"),
        help_text=_("Only for “later”. On that day you get a task."),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        answers: Mapping[str, str] | None = None,
        outcome: str = "",
        today: date,
        **kwargs: Any,
    ) -> None:
        given = {"talked_on": today, "outcome": outcome, **(answers or {})}
        kwargs["initial"] = given | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for topic in IntakeTopic:
            self.fields[topic.value] = forms.ChoiceField(
                label=big([(topic.value, topic.label)])[0][1],
                choices=big(IntakeAnswer.choices),
                initial=IntakeAnswer.OPEN,
                required=False,
                widget=forms.RadioSelect,
            )
        outcomes: Any = self.fields["outcome"]
        outcomes.choices = big(IntakeOutcome.choices)

    @property
    def topics(self) -> list[BoundField]:
        return [self[topic] for topic in IntakeTopic.values]

    def said(self) -> dict[str, str]:
        """Topic -> answer; nothing chosen is not talked about."""
        return {topic: self.cleaned_data.get(topic) or "OPEN" for topic in IntakeTopic.values}


class DuosForm(PoolForm):
    """How many more assignments are done with two."""

    duos = forms.IntegerField(
        label=_("So many more assignments with two"),
        help_text=_("0 ends it: from then on this person also comes alone."),
        min_value=0,
        max_value=10,
        error_messages={"required": _("Write a number, such as 2.")},
        widget=forms.NumberInput(attrs={"class": "utrecht-textbox--short"}),
    )
