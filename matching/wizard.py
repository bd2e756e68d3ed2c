"""The draft of a request: four steps that survive a lost connection, sealed until they are sent.

A draft lives in the session and nowhere else, as a box of the key ring that opens for its
maker only. Signing out or sending throws it away.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.crypto import ring
from matching.forms.filing import ParticipantForm, ReachForm, SafetyForm
from matching.forms.measure import MeasureForm
from matching.forms.steps import StepForm, Terms

SHELF = "request_draft"
OWN = ("csrfmiddlewaretoken", "go", "check")
MOST_CHARACTERS = 400  # of one answer; what is longer is a story, and is not kept


@dataclass(frozen=True)
class Step:
    """One page of the form; `following` is what its button says about the next."""

    form: type[StepForm]
    title: str | Promise
    following: str | Promise
    template: str


STEPS: dict[int, Step] = {
    1: Step(
        MeasureForm,
        _("What is needed, and the measure"),
        _("On to the participant"),
        "matching/request_step_measure.html",
    ),
    2: Step(
        ParticipantForm,
        _("About the participant"),
        _("On to reachability"),
        "matching/request_step_participant.html",
    ),
    3: Step(
        ReachForm,
        _("Reachability"),
        _("On to safety"),
        "matching/request_step_reach.html",
    ),
    4: Step(SafetyForm, _("Safety"), _("Look at everything"), "matching/request_step_safety.html"),
}


@dataclass
class Draft:
    """What was filled in so far: raw answers of each step, also those that are not right yet."""

    form_key: UUID = field(default_factory=uuid4)
    answers: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    saved_at: datetime | None = None

    def keep(self, step: int, posted: QueryDict, *, now: datetime) -> None:
        """Keep the answers of one step as they were typed."""
        self.answers[step] = {
            name: [value[:MOST_CHARACTERS] for value in values]
            for name, values in posted.lists()
            if name not in OWN
        }
        self.saved_at = now

    def form(
        self, step: int, *, now: datetime, terms: Terms, initial: dict[str, Any] | None = None
    ) -> StepForm:
        """The form of one step, with what was filled in; empty where nothing was."""
        kept = self.answers.get(step)
        data = None
        if kept is not None:
            data = QueryDict(mutable=True)
            for name, values in kept.items():
                data.setlist(name, values)
        return STEPS[step].form(data, now=now, terms=terms, initial=initial)

    def first_open(self, *, now: datetime, terms: Terms) -> int | None:
        """The first step that is empty or not right; None when all four are."""
        for step in STEPS:
            if not self.form(step, now=now, terms=terms).is_valid():
                return step
        return None


def load(request: HttpRequest) -> Draft:
    """The draft of this session, or a new one; a box that does not open is no draft."""
    box = request.session.get(SHELF)
    if not box:
        return Draft()
    try:
        kept = json.loads(ring.unwrap(base64.b64decode(box), _place(request)))
    except (InvalidTag, ring.UnknownKey, binascii.Error):
        return Draft()
    return Draft(
        form_key=UUID(kept["form_key"]),
        answers={int(step): answers for step, answers in kept["answers"].items()},
        saved_at=datetime.fromisoformat(kept["saved_at"]) if kept["saved_at"] else None,
    )


def save(request: HttpRequest, draft: Draft) -> None:
    """Seal the draft and put it into the session."""
    text = json.dumps(
        {
            "form_key": str(draft.form_key),
            "answers": draft.answers,
            "saved_at": draft.saved_at.isoformat() if draft.saved_at else None,
        }
    )
    request.session[SHELF] = base64.b64encode(ring.wrap(text.encode(), _place(request))).decode()


def forget(request: HttpRequest) -> None:
    """Throw the draft away."""
    request.session.pop(SHELF, None)


def _place(request: HttpRequest) -> str:
    return f"session.{SHELF}:{request.user.pk}"
