"""Invented experts and wishes of `bench.people` as rows of the real tables."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bench.people import (
    DAY,
    HOUR,
    MINUTE,
    MORNING,
    NOW,
    TODAY,
    TRAVEL,
    Person,
    Place,
    Wish,
)
from core.access.models import Organisation, User
from core.access.scope import current_region
from core.crypto import DataKey, ring
from matching.models import (
    Assignment,
    Case,
    ConflictDeclaration,
    Decision,
    Offer,
    PolicyVersion,
    Request,
    Seat,
    Wave,
)
from matching.states import OfferState, RequestState, SeatState, WaveState
from pool.models import (
    Absence,
    Agreement,
    Area,
    Block,
    DayChange,
    ExcludedArea,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    LifeExperience,
    Training,
    VogEvidence,
    WeekAvailability,
)
from pool.states import AbsenceKind
from tests.factories.people import make_organisation

PEOPLE_A_KEY = 50
CHUNK = 500


def lay_out(places: Iterable[Place]) -> None:
    """The areas, where they are not there yet."""
    Area.objects.bulk_create(
        Area(code=one.code, name=one.code, latitude=one.latitude, longitude=one.longitude)
        for one in places
    )


def _stands(one: Person) -> str:
    """A pause is for who takes part; of others it says nothing."""
    return "PAUSED" if one.is_paused and one.state == "ACTIVE" else one.state


def write_people(people: Sequence[Person], *, by: User, people_a_key: int = PEOPLE_A_KEY) -> None:
    """Everything below each of `people`, in the region of this scope.

    In earnest everybody has an own key; where names are opened, that is what must be measured.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    keys = make_keys(len(people) // people_a_key + 1)
    _many(
        Expert(
            id=one.id,
            data_key=keys[place // people_a_key],
            coordinator=by,
            state=_stands(one),
            first_name="Ada",
            last_name=f"Kaars {place}",
            phone="06 1234 5678",
            email=f"ada{place}@voorbeeld.example",
            home_area_id=one.home.code,
            travel_radius_km=one.radius_km,
            can_meet=list(one.can_meet),
            max_running=one.max_running,
            max_per_week=one.max_per_week,
            heavy_rest_minutes=None if one.own_rest is None else one.own_rest // MINUTE,
            registered_at=NOW - 400 * DAY,
            registered_by=by,
            admitted_on=one.began,
            started_on=one.began,
            paused_at=NOW - DAY if _stands(one) == "PAUSED" else None,
            left_at=NOW - DAY if one.state == "LEFT" else None,
            keep_until=NOW if one.state == "LEFT" else None,
        )
        for place, one in enumerate(people)
    )
    _many(ExpertActivity(expert_id=p.id, activity=a) for p in people for a in p.activities)
    _many(
        ExpertLanguage(expert_id=p.id, language=language, level=level)
        for p in people
        for language, level in p.languages
    )
    _many(LifeExperience(expert_id=p.id, code="PARENT") for p in people if p.is_parent)
    _many(ExcludedArea(expert_id=p.id, area_id=area) for p in people for area in p.avoids)
    _write_papers(people, by)
    _many(
        WeekAvailability(expert_id=p.id, weekday=weekday, starts=starts, ends=ends)
        for p in people
        for weekday, starts, ends in p.week
    )
    _many(
        Absence(expert_id=p.id, starts_at=starts, ends_at=ends)
        for p in people
        for starts, ends in p.absences
    )
    _many(
        Absence(expert_id=p.id, kind=AbsenceKind.TODAY, starts_at=NOW - HOUR, ends_at=MORNING)
        for p in people
        if p.says_not_today
    )
    _many(
        DayChange(expert_id=p.id, day=day, starts=starts, ends=ends, is_there=is_there)
        for p in people
        for day, starts, ends, is_there in p.changes
    )
    _many(
        Block(
            expert_id=p.id,
            kind="SESSION",
            period=DateTimeTZRange(start, end, "[)"),
            occupied=DateTimeTZRange(start - TRAVEL, end + TRAVEL, "[)"),
            source=uuid4(),
            is_heavy=(start, end) in p.heavy,
            ends_at=end,
        )
        for p in people
        for start, end in p.sessions
    )


def _write_papers(people: Sequence[Person], by: User) -> None:
    _many(
        VogEvidence(
            expert_id=p.id,
            issue_date=p.vog_issued,
            seen_on=p.vog_issued,
            seen_by=by,
            profile_kind="ASPECT",
            profile_codes=list(p.vog_codes),
            policy_valid_until=p.vog_until,
        )
        for p in people
        if p.vog_issued and p.vog_until
    )
    _many(
        Agreement(expert_id=p.id, kind=kind, signed_on=TODAY - 300 * DAY)
        for p in people
        for kind in p.agreements
    )
    _many(
        Training(
            expert_id=p.id,
            kind="HEE",
            started_on=TODAY - 500 * DAY,
            completed_on=TODAY - 400 * DAY,
            certificate_seen_on=TODAY - 390 * DAY,
        )
        for p in people
        if p.is_trained
    )


def write_wishes(wishes: Sequence[Wish], *, by: User, policy: PolicyVersion) -> list[UUID]:
    """A request for each of `wishes`; returns the ids of the seats, in their order."""
    office = make_organisation("Wijkteam Kade")
    requests = write_requests(wishes, by=by, policy=policy, office=office)
    seats = [
        Seat(request=request, starts_at=start, ends_at=end)
        for request, wish in zip(requests, wishes, strict=True)
        for start, end in [wish.fixed or (None, None)]
    ]
    _many(seats)
    _many(
        ConflictDeclaration(request=request, expert_id=one, answer="CONFLICT", declared_at=NOW)
        for request, wish in zip(requests, wishes, strict=True)
        for one in wish.conflicts
    )
    return [seat.pk for seat in seats]


def write_requests(
    wishes: Sequence[Wish],
    *,
    by: User,
    policy: PolicyVersion,
    office: Organisation,
    first: int = 1,
) -> list[Request]:
    """Running requests of `office`, numbered from `first`, without seats."""
    (key,) = make_keys(1)
    cases = [
        Case(
            data_key=key,
            organisation=office,
            reference_index=secrets.token_bytes(32),
            opened_at=NOW,
        )
        for _wish in wishes
    ]
    _many(cases)
    requests = [
        Request(
            data_key=key,
            case=case,
            policy=policy,
            organisation=office,
            requester=by,
            number=f"26-{number:05d}",
            state=RequestState.FILED,
            activity=wish.activity,
            urgency="URGENT",
            area_id=wish.place.code,
            age_band="THIRTIES",
            relation="PARTNER",
            language=wish.language,
            needs=list(wish.needs),
            day_parts=list(wish.day_parts),
            earliest_contact_at=wish.earliest,
            case_manager_name="Fatima Idrissi",
            case_manager_phone="088 000 2345",
            deputy_name="Gijs Maas",
            deputy_phone="088 000 2346",
            out_of_hours_phone="088 000 2347",
            filed_at=NOW - timedelta(minutes=number),
            form_key=uuid4(),
        )
        for number, (case, wish) in enumerate(zip(cases, wishes, strict=True), start=first)
    ]
    _many(requests)
    return requests


def write_load(
    people: Sequence[Person], *, by: User, policy: PolicyVersion, apart: bool = False
) -> None:
    """The work that each of `people` carries already, in seats of one earlier request.

    With `apart` each has a request of its own.
    """
    carried = [one for one in people for _number in range(one.running)]
    wish = Wish("BUDDY_1ON1", people[0].home, "nl", (), (), NOW, None, ())
    office = make_organisation("Wijkteam Sluis")
    n_requests = len(carried) if apart else 1
    requests = write_requests(
        [wish] * n_requests, by=by, policy=policy, office=office, first=50_000
    )
    seats = [
        Seat(request=requests[place % n_requests], state=SeatState.FILLED)
        for place in range(len(carried))
    ]
    decisions = [Decision(seat=seat, made_at=NOW, by_machine=True) for seat in seats]
    waves = [
        Wave(
            seat=decision.seat,
            decision=decision,
            number=1,
            size=1,
            state=WaveState.CLOSED,
            started_at=NOW - DAY,
            deadline_at=NOW,
            closed_at=NOW,
        )
        for decision in decisions
    ]
    offers = [
        Offer(
            seat=wave.seat,
            wave=wave,
            expert_id=one.id,
            state=OfferState.ACCEPTED,
            offered_at=NOW - DAY,
            deadline_at=NOW,
            closed_at=NOW,
        )
        for wave, one in zip(waves, carried, strict=True)
    ]
    for rows in (seats, decisions, waves, offers):
        _many(rows)
    _many(
        Assignment(
            seat=offer.seat,
            offer=offer,
            expert_id=offer.expert_id,
            expert_region_id=current_region(),
            started_at=NOW,
        )
        for offer in offers
    )


def make_keys(n: int) -> list[DataKey]:
    """`n` data keys, wrapped as the site wraps them."""
    keys = [DataKey(created_at=NOW) for _number in range(n)]
    for key in keys:
        key.wrapped = ring.wrap(
            secrets.token_bytes(ring.KEY_BYTES), f"core_datakey.wrapped:{key.pk}"
        )
    _many(keys)
    return keys


def _many(rows: Iterable[models.Model]) -> None:
    listed = list(rows)
    for start in range(0, len(listed), CHUNK):
        type(listed[0]).objects.bulk_create(listed[start : start + CHUNK])  # type: ignore[attr-defined]
