"""Invented experts and wishes as plain values, and the same as rows of the real tables.

Whoever needs to know what is true asks the plain values; whoever is measured reads the rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

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
    ExcludedArea,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    LifeExperience,
    Training,
    VogEvidence,
    WeekAvailability,
)
from tests.factories.people import make_organisation

# Tuesday noon in Amsterdam. No clock changes in the weeks around it.
NOW = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
TODAY = NOW.date()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRAVEL = timedelta(minutes=30)
N_SESSIONS = 8
PEOPLE_A_KEY = 50
CHUNK = 500

LEVELS = ("A2", "B1", "B2", "C", "NATIVE")
OTHER_LANGUAGES = ("en", "ar", "tr", "pl", "uk", "es", "ti")
NEEDS = ("PARENT", "PHONE_FIRST", "SIMPLE_LANGUAGE", "WOMAN")


@dataclass(frozen=True)
class Place:
    """An area: a code and a point."""

    code: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Person:
    """One expert, as anybody could say it in words. Intervals are half-open."""

    id: UUID
    home: Place
    state: str
    is_paused: bool
    activities: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    can_meet: tuple[str, ...]
    is_parent: bool
    radius_km: int
    avoids: tuple[str, ...]
    max_running: int
    max_per_week: int
    running: int
    vog_issued: date | None
    vog_until: date | None
    vog_codes: tuple[str, ...]
    agreements: tuple[str, ...]
    is_trained: bool
    began: date
    # Weekday, and minutes after its midnight.
    week: tuple[tuple[int, int, int], ...]
    absences: tuple[tuple[datetime, datetime], ...]
    sessions: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Wish:
    """One seat to fill, in words."""

    activity: str
    place: Place
    language: str
    needs: tuple[str, ...]
    day_parts: tuple[str, ...]
    earliest: datetime
    fixed: tuple[datetime, datetime] | None
    conflicts: tuple[UUID, ...]


def draw_places(dice: Random, *, prefix: int, n: int = 120) -> list[Place]:
    """Areas all over a country of 250 by 200 kilometres; areas are shared by all regions."""
    return [
        Place(
            str(1000 * prefix + number),
            round(dice.uniform(51.2, 53.2), 3),
            round(dice.uniform(4.2, 6.9), 3),
        )
        for number in range(n)
    ]


def draw_people(dice: Random, n: int, places: Sequence[Place]) -> list[Person]:
    """`n` experts of whom some have a reason against nearly everything."""
    return [_person(dice, places) for _number in range(n)]


def _person(dice: Random, places: Sequence[Place]) -> Person:
    issued = TODAY - timedelta(days=dice.randrange(20, 1300))
    weekdays = dice.sample(range(7), dice.randint(2, 5))
    begins = dice.choice((8 * 60, 9 * 60, 17 * 60 + 30, 18 * 60, 20 * 60))
    lasts = dice.choice((4, 5, 8, 12)) * 60
    away = NOW + dice.randrange(-5, 20) * DAY
    extra = dice.sample(OTHER_LANGUAGES, dice.choice((0, 0, 1, 2)))
    return Person(
        id=UUID(int=dice.getrandbits(128), version=4),
        home=dice.choice(places),
        state=_one_of(dice, ACTIVE=85, IN_TRAINING=6, SUSPENDED=3, INVITED=3, LEFT=3),
        is_paused=dice.random() < 0.05,
        activities=tuple(
            one
            for one, share in (("BUDDY_1ON1", 0.6), ("AT_TABLE", 0.3), ("CONSULT", 0.08))
            if dice.random() < share
        ),
        languages=(
            ("nl", dice.choice(("B2", "C", "NATIVE", "NATIVE", "NATIVE"))),
            *((one, dice.choice(LEVELS)) for one in sorted(extra)),
        ),
        can_meet=tuple(one for one in NEEDS if dice.random() < 0.4),
        is_parent=dice.random() < 0.5,
        radius_km=dice.choice((15, 20, 30, 40, 60)),
        avoids=tuple(place.code for place in dice.sample(places, dice.choice((0, 0, 0, 2)))),
        max_running=dice.randint(1, 3),
        max_per_week=dice.randint(2, 5),
        running=_one_of(dice, **{"0": 6, "1": 3, "2": 1}, as_number=True),
        vog_issued=issued if dice.random() < 0.93 else None,
        vog_until=issued + timedelta(days=1095),
        vog_codes=dice.choice((("85",), ("84", "85"), ("84",), ("85",))),
        agreements=tuple(
            one for one in ("CONFIDENTIALITY", "CODE_OF_CONDUCT") if dice.random() < 0.97
        ),
        is_trained=dice.random() < 0.9,
        began=issued + timedelta(days=dice.randrange(0, 140)),
        week=tuple((one, begins, begins + lasts) for one in sorted(weekdays)),
        absences=((away, away + dice.randrange(1, 12) * DAY),) if dice.random() < 0.3 else (),
        sessions=tuple(
            _session(dice, day) for day in sorted(dice.sample(range(-7, 14), N_SESSIONS))
        ),
    )


def _session(dice: Random, day: int) -> tuple[datetime, datetime]:
    start = datetime(NOW.year, NOW.month, NOW.day, dice.randrange(7, 20), tzinfo=UTC) + day * DAY
    return start, start + HOUR


def _one_of(dice: Random, *, as_number: bool = False, **shares: int) -> Any:
    (found,) = dice.choices(list(shares), weights=list(shares.values()))
    return int(found) if as_number else found


def able(one: Person) -> Person:
    """The same person, with nothing that could speak against work at a table or as a buddy."""
    return replace(
        one,
        state="ACTIVE",
        is_paused=False,
        activities=("BUDDY_1ON1", "AT_TABLE"),
        avoids=(),
        radius_km=200,
        max_running=30_000,
        running=1,
        vog_issued=TODAY,
        vog_until=date(2060, 1, 1),
        vog_codes=("85",),
        agreements=("CONFIDENTIALITY", "CODE_OF_CONDUCT"),
        is_trained=True,
        week=tuple((weekday, 0, 1440) for weekday in range(7)),
        absences=(),
        sessions=(),
    )


def brought_to(one: Person, today: date) -> Person:
    """The same person around `today`: all dates moved by the same whole weeks."""
    weeks = timedelta(weeks=(today - TODAY).days // 7)
    return replace(
        one,
        vog_issued=one.vog_issued and one.vog_issued + weeks,
        vog_until=one.vog_until and one.vog_until + weeks,
        began=one.began + weeks,
        absences=tuple((a + weeks, b + weeks) for a, b in one.absences),
        sessions=tuple((a + weeks, b + weeks) for a, b in one.sessions),
    )


def draw_wishes(
    dice: Random, n: int, places: Sequence[Place], people: Sequence[Person]
) -> list[Wish]:
    """`n` seats: half of them beside somebody from the neighbourhood, half from a desk."""
    return [_wish(dice, places, people, is_remote=bool(number % 2)) for number in range(n)]


def _wish(
    dice: Random, places: Sequence[Place], people: Sequence[Person], *, is_remote: bool
) -> Wish:
    start = datetime(2026, 3, 4, dice.randrange(8, 20), tzinfo=UTC) + dice.randrange(14) * DAY
    return Wish(
        activity="CONSULT" if is_remote else dice.choice(("BUDDY_1ON1", "AT_TABLE")),
        place=dice.choice(places),
        language="nl" if dice.random() < 0.9 else dice.choice(OTHER_LANGUAGES),
        needs=tuple(sorted(dice.sample(NEEDS, dice.choice((0, 0, 1, 2))))),
        day_parts=tuple(
            sorted(dice.sample(("DAYTIME", "EVENING", "NIGHT", "WEEKEND"), dice.randint(0, 2)))
        ),
        earliest=NOW + dice.choice((-3, 0, 6, 30)) * HOUR,
        fixed=(start, start + HOUR) if dice.random() < 0.4 else None,
        conflicts=tuple(
            one.id for one in dice.sample(people, 1 if people and dice.random() < 0.2 else 0)
        ),
    )


# --- As rows ----------------------------------------------------------------------------------


def lay_out(places: Iterable[Place]) -> None:
    """The areas, where they are not there yet."""
    Area.objects.bulk_create(
        Area(code=one.code, name=one.code, latitude=one.latitude, longitude=one.longitude)
        for one in places
    )


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
            state=one.state,
            first_name="Ada",
            last_name=f"Kaars {place}",
            phone="06 1234 5678",
            email=f"ada{place}@voorbeeld.example",
            home_area_id=one.home.code,
            travel_radius_km=one.radius_km,
            can_meet=list(one.can_meet),
            max_running=one.max_running,
            max_per_week=one.max_per_week,
            registered_at=NOW - 400 * DAY,
            registered_by=by,
            started_on=one.began,
            paused_at=NOW - DAY if one.is_paused else None,
            left_at=NOW - DAY if one.state == "LEFT" else None,
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
        Block(
            expert_id=p.id,
            kind="SESSION",
            period=DateTimeTZRange(start, end, "[)"),
            occupied=DateTimeTZRange(start - TRAVEL, end + TRAVEL, "[)"),
            source=uuid4(),
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
