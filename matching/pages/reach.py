"""Whom to call about a request, and whom it protects; for who may know."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext

from matching.models import Assignment, Measure, Request
from matching.pages import words
from matching.reference import HELPLINES
from matching.states import IN_FORCE, ProtectedRole


@dataclass(frozen=True)
class Reached:
    """Somebody to call: as what, by which name, and where."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True)
class Card:
    """The emergency card of whoever said yes (domain.md 5.2, G12).

    Attributes:
        protected: roles of the people whom the participant may not meet; names are told by voice.
    """

    assignment: Assignment
    people: list[Reached]
    protected: str
    duty_phone: str
    helplines: tuple[tuple[str | Promise, str], ...] = HELPLINES


def reach_of(request: Request) -> list[Reached]:
    """Case manager, deputy, and who answers at night; what is not known is left out."""
    people = [
        Reached(gettext("case manager"), request.case_manager_name, request.case_manager_phone),
        Reached(gettext("deputy"), request.deputy_name, request.deputy_phone),
        Reached(gettext("at night and in the weekend"), "", request.out_of_hours_phone),
    ]
    return [one for one in people if one.phone]


def protected_words(measure: Measure | None) -> str:
    """Roles of those whom a measure protects, for as long as its rules hold."""
    if measure is None or measure.state not in IN_FORCE:
        return ""
    return words.listed(ProtectedRole(code).label for code in measure.protected_roles)


def card_of(assignment: Assignment, *, duty_phone: str) -> Card:
    """What an expert who said yes has at hand."""
    request = assignment.seat.request
    return Card(
        assignment=assignment,
        people=reach_of(request),
        protected=protected_words(request.measure),
        duty_phone=duty_phone,
    )
