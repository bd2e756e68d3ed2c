"""Rows about words, support and care that the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from pool.models import (
    Agreement,
    Debrief,
    Expert,
    RegionRule,
    Rest,
    SupportContact,
    SupportOverride,
    SupportRhythm,
    Term,
)
from tests.conftest import NOON

DAY = timedelta(days=1)
TODAY = NOON.date()
SOURCE = UUID(int=7)


def word(expert: Expert, **fields: Any) -> None:  # noqa: ARG001  (as the others)
    plain = {"vocabulary": "TRAINING", "code": "NEW", "label_nl": "Nieuw", "label_en": "New"}
    Term(**plain | fields).save(force_insert=True)


def rhythm(expert: Expert, **fields: Any) -> None:  # noqa: ARG001
    plain = {"kind": "INTERVISION", "every": 6, "unit": "WEEKS", "valid_from": TODAY}
    SupportRhythm.objects.create(**plain | fields)


def contact(expert: Expert) -> None:
    SupportContact.objects.create(
        expert=expert,
        kind="INTERVISION",
        held_on=TODAY,
        recorded_at=NOON,
        recorded_by=expert.coordinator,
    )


def override(expert: Expert, **fields: Any) -> None:
    plain = {
        "reason": "OTHER",
        "from_on": TODAY,
        "until_on": TODAY,
        "given_at": NOON,
        "given_by": expert.coordinator,
    }
    SupportOverride.objects.create(expert=expert, **plain | fields)


def rest_override(expert: Expert, **fields: Any) -> None:
    override(expert, **{"what": "REST", "request_id": SOURCE, "until_at": NOON + DAY} | fields)


def rest(expert: Expert) -> None:
    Rest.objects.create(expert=expert, source=SOURCE, began_at=NOON)


def rule(expert: Expert, **fields: Any) -> None:
    plain = {"kind": "REST", "amount": 60, "valid_from": TODAY, "decided_at": NOON}
    RegionRule.objects.create(decided_by=expert.coordinator, **plain | fields)


def debrief(expert: Expert, **fields: Any) -> None:
    plain = {
        "occasion": "FIRST_CONTACT",
        "source": SOURCE,
        "offered_at": NOON,
        "due_at": NOON + DAY,
    }
    Debrief.objects.create(expert=expert, **plain | fields)


def _with(make: Callable[..., None], **fields: Any) -> Callable[[Expert], None]:
    return lambda expert: make(expert, **fields)


def _twice(make: Callable[..., None]) -> Callable[[Expert], None]:
    def made(expert: Expert) -> None:
        make(expert)
        make(expert)

    return made


SUPPORT_REFUSED: dict[str, Callable[[Expert], object]] = {
    "agreement_renewed_after_signing": lambda expert: Agreement.objects.create(
        expert=expert, kind="VOLUNTEER", signed_on=TODAY, renewed_on=TODAY - DAY
    ),
    "term_code_once": _with(word, code="HEE"),
    "term_code_plain": _with(word, code="hee 2"),
    "term_valid_for_a_month_or_more": _with(word, validity_months=0, renew_months=0),
    "term_renewable_within_validity": _with(word, validity_months=2, renew_months=3),
    "term_has_both_names": _with(word, label_en=""),
    "term_retired_at_with_by": _with(word, retired_at=NOON),
    "support_rhythm_once": _twice(rhythm),
    "support_rhythm_between_1_and_60": _with(rhythm, every=0),
    "support_rhythm_ends_after_start": _with(rhythm, valid_to=TODAY),
    "support_contact_once": _twice(contact),
    "rest_override_one_a_request": _twice(rest_override),
    "rest_override_one_request_at_most_a_week": _with(rest_override, until_at=NOON + 8 * DAY),
    "rest_once": _twice(rest),
    "region_rule_within_limits": _with(rule, amount=10081),
    "region_rule_ends_after_start": _with(rule, valid_to=TODAY),
    "region_rule_one_at_a_time": _twice(rule),
    "support_override_one_running": _twice(override),
    "support_override_at_most_three_months": _with(override, until_on=TODAY + 93 * DAY),
    "support_override_ended_at_with_by": _with(override, ended_at=NOON),
    "debrief_once": _twice(debrief),
    "debrief_state_known": _with(debrief, state="LOST"),
    "debrief_answer_has_a_moment": _with(debrief, state="DECLINED"),
    "debrief_closed_at_with_by": _with(debrief, state="HELD", closed_at=NOON),
    "debrief_closed_at_iff_over": _with(debrief, state="HELD"),
    # A kind without a word of the region; the tie is made in a migration.
}
