"""Rows of days, consent, knowledge and limits of an expert which the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from core.access.models import Role
from core.crypto import new_data_key
from pool.models import (
    Absence,
    Avoided,
    Consent,
    Correction,
    DayChange,
    Expert,
    ExpertLanguage,
    GuardedReader,
    GuardedSpecialism,
    Specialism,
    SwitchedOff,
)
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_region_profile
from tests.pool.overview_rows import twice

HOUR = timedelta(hours=1)


def day(expert: Expert, **fields: Any) -> None:
    plain = {"day": NOON.date(), "starts": 60, "ends": 120, "is_there": True}
    DayChange.objects.create(expert=expert, **plain | fields)


def consent(expert: Expert, **fields: Any) -> None:
    plain = {"version": 1, "language": "nl", "text_hash": "0" * 64, "given_at": NOON}
    Consent.objects.create(expert=expert, given_by=expert.coordinator, **plain | fields)


def correction(expert: Expert, **fields: Any) -> None:
    plain = {"field": "NAME", "wish": "Anders", "asked_at": NOON, "data_key": expert.data_key}
    Correction.objects.create(expert=expert, **plain | fields)


def specialism(expert: Expert, **fields: Any) -> None:
    Specialism.objects.create(expert=expert, **{"kind": "PHASE", "code": "SAFETY"} | fields)


def guarded(expert: Expert) -> None:
    key = new_data_key(now=NOON)
    GuardedSpecialism.objects.create(expert=expert, data_key=key, code="SV_OTHER", code_key="x")


def avoided(expert: Expert, **fields: Any) -> None:
    plain = {"kind": "PERSON", "name": "J. de Vries", "who_key": "x", "added_at": NOON}
    key = new_data_key(now=NOON)
    Avoided.objects.create(expert=expert, data_key=key, **plain | fields)


def reader(expert: Expert, **fields: Any) -> None:
    plain = {
        "user": expert.coordinator,
        "granted_at": NOON,
        "granted_by": fields.get("granted_by") or make_user("Dina Maas", Role.REGIONAL_ADMIN),
    }
    GuardedReader.objects.create(**plain | fields)


def both_read(expert: Expert) -> None:
    giver = make_user("Dina Maas", Role.REGIONAL_ADMIN)
    reader(expert, granted_by=giver)
    reader(expert, granted_by=giver)


def off(expert: Expert, code: str = "SAFETY") -> None:
    SwitchedOff.objects.create(code=code, off_at=NOON, off_by=expert.coordinator)


def change(expert: Expert, **fields: Any) -> None:
    Expert.objects.filter(pk=expert.pk).update(**fields)


PERSON_REFUSED: dict[str, Callable[[Expert], object]] = {
    "absence_kind_known": lambda e: Absence.objects.create(
        expert=e, kind="ILL", starts_at=NOON, ends_at=NOON + HOUR
    ),
    "day_starts_within_day": lambda e: day(e, starts=1440, ends=1500),
    "day_ends_after_start_within_24_hours": lambda e: day(e, ends=60),
    "day_change_once": twice(day),
    "consent_one_at_a_time": twice(consent),
    "consent_withdrawn_at_with_by": lambda e: consent(e, withdrawn_at=NOON),
    "correction_done_at_with_by": lambda e: correction(e, wish=None, done_at=NOON),
    "correction_words_go_when_done": lambda e: correction(
        e, done_at=NOON, done_by=e.coordinator, is_granted=True
    ),
    "expert_quiet_from_with_until": lambda e: change(e, quiet_from="22:00", quiet_until=None),
    "expert_rest_at_most_a_week": lambda e: change(e, heavy_rest_minutes=10081),
    "expert_language_level_known": lambda e: ExpertLanguage.objects.create(
        expert=e, language="pl", level="GOOD"
    ),
    "specialism_once": twice(specialism),
    "specialism_code_of_its_kind_and_not_guarded": lambda e: specialism(
        e, kind="FORM", code="SV_OTHER"
    ),
    "specialism_form_for_coordinators_only": lambda e: specialism(
        e, kind="FORM", code="SITUATIONAL", visible_to="REQUESTER"
    ),
    "specialism_audience_known": lambda e: specialism(e, visible_to="ALL"),
    "guarded_specialism_once": twice(guarded),
    "guarded_reader_one_running": both_read,
    "guarded_reader_not_by_oneself": lambda e: reader(e, granted_by=e.coordinator),
    "guarded_reader_ended_at_with_by": lambda e: reader(e, ended_at=NOON),
    "switched_off_once": twice(off),
    "switched_off_code_known": lambda e: off(e, "UNKNOWN"),
    "avoided_once": twice(avoided),
    "avoided_kind_known": lambda e: avoided(e, kind="ANIMAL"),
    "region_min_distance_up_to_50_km": lambda _e: make_region_profile(min_distance_km=51),
}
