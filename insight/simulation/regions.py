"""Regions with their people, made through the actions that people use themselves."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from core import clock
from core.access import actions as access
from core.access.models import Membership, Organisation, Region, Role, User
from core.access.scope import region_scope
from core.crypto import new_data_key
from insight.simulation.cast import AREAS, DEMO_DOMAIN, Person, RegionCast
from insight.simulation.support import give_support
from matching.models import PolicyVersion
from pool import actions as pool
from pool.consent import CURRENT
from pool.models import Area, Expert, MeetingPlace, RegionProfile
from pool.rules import WeekRow
from pool.vocabulary import IntakeTopic

DAY = timedelta(days=1)
AUDITOR = "Aleid Terpstra"


@dataclass
class Stage:
    """One region of the demo, ready for the story."""

    region: Region
    organisations: dict[str, Organisation] = field(default_factory=dict)
    coordinators: list[User] = field(default_factory=list)
    professionals: list[User] = field(default_factory=list)
    experts: dict[str, Expert] = field(default_factory=dict)
    places: list[MeetingPlace] = field(default_factory=list)


def lay_out_areas() -> None:
    """Reference data: the areas of the demo, typed by hand and rounded."""
    for code, name, latitude, longitude in AREAS:
        Area.objects.get_or_create(
            code=code, defaults={"name": name, "latitude": latitude, "longitude": longitude}
        )


def build_region(cast: RegionCast, *, now: datetime, dice: random.Random) -> Stage:
    """Make one region with organisations, staff, places and experts."""
    region = Region.objects.create(code=cast.code, name=cast.name)
    stage = Stage(region)
    began = now - 400 * DAY
    with region_scope(region.pk):
        for name, (kind, phone) in cast.organisations.items():
            stage.organisations[name] = Organisation.objects.create(
                name=name, kind=kind, out_of_hours_phone=phone
            )
        host = stage.organisations[cast.host]
        RegionProfile.objects.create(
            coordinator_phone=host.out_of_hours_phone,
            picket_phone=host.out_of_hours_phone,
            host=host,
            # No quiet hours in the demo: its reminders come while somebody is looking.
            quiet_from=time(0, 0),
            quiet_until=time(0, 0),
        )
        PolicyVersion.objects.create(number=1, made_at=began, reminders=[1440, 120])
        for staff in cast.coordinators:
            user = _user(region, staff.name)
            _member(user, Role.COORDINATOR, began, phone=staff.phone)
            # Two administrators: what takes two persons can then be tried.
            if len(stage.coordinators) < 2:  # noqa: PLR2004
                _member(user, Role.REGIONAL_ADMIN, began, phone=staff.phone)
            stage.coordinators.append(user)
        for staff in cast.professionals:
            user = _user(region, staff.name)
            _member(
                user,
                Role.PROFESSIONAL,
                began,
                organisation=stage.organisations[staff.organisation],
                phone=staff.phone,
            )
            stage.professionals.append(user)
        _accounts(stage, now)
        _on_call(stage, now)
        key = new_data_key(now=began)
        for place in cast.places:
            stage.places.append(
                MeetingPlace.objects.create(
                    data_key=key, name=place.name, address=place.address, area_id=place.area
                )
            )
    with region_scope(region.pk):
        pool.adopt_usual_requirements(valid_from=clock.local(began).date(), by=None, now=began)
        for number, person in enumerate(cast.experts):
            expert = _expert(stage, person, number, now=now, dice=dice)
            stage.experts[person.first] = expert
        give_support(stage.coordinators[0], list(stage.experts.values()), now=now)
    return stage


def _accounts(stage: Stage, now: datetime) -> None:
    """Who is confirmed until when, who stands in, which night numbers were tried; an auditor."""
    lead = stage.coordinators[0]
    for number, user in enumerate(stage.professionals):
        membership = Membership.objects.get(user=user, role=Role.PROFESSIONAL)
        # The first is asked this month; the others said yes in the course of the year.
        said = now - (340 if number == 0 else 30 * number) * DAY
        access.confirm_membership(membership_id=membership.pk, by=lead, now=said)
        others = Membership.objects.filter(
            organisation=membership.organisation, role=Role.PROFESSIONAL
        ).exclude(pk=membership.pk)
        if number == 0 and (colleague := others.order_by("pk").first()):
            access.name_deputy(
                membership_id=membership.pk,
                stand_in_id=colleague.pk,
                first_day=clock.local(now).date(),
                last_day=None,
                by=user,
                now=now,
            )
    for number, organisation in enumerate(stage.organisations.values()):
        if organisation.out_of_hours_phone and number % 3:
            access.change_night_number(
                organisation_id=organisation.pk,
                phone=organisation.out_of_hours_phone,
                tested=True,
                by=lead,
                now=now - 20 * number * DAY,
            )
    if not User.objects.filter(email=_address(AUDITOR)).exists():
        _member(_user(stage.region, AUDITOR), Role.AUDITOR, now - 200 * DAY)


def _expert(
    stage: Stage, person: Person, number: int, *, now: datetime, dice: random.Random
) -> Expert:
    came = now - (60 + dice.randrange(300)) * DAY
    own = stage.coordinators[number % len(stage.coordinators)]
    expert = pool.register_expert(
        profile=pool.Profile(
            first_name=person.first,
            last_name=person.last,
            phone=f"06 0000 {1000 + number:04d}",
            email=_address(f"{person.first} {person.last}"),
            coordinator=own,
            home_area=person.area,
            travel_radius_km=person.radius_km,
            max_running=person.max_running,
            can_meet=person.can_meet,
            activities=frozenset(person.activities),
            languages=person.languages,
            experiences=person.experiences,
        ),
        by=own,
        now=came,
        sends_invitation=False,
    )
    user = _user(stage.region, f"{person.first} {person.last}")
    _member(user, Role.EXPERT, came)
    pool.join(expert_id=expert.pk, user=user, now=came)
    pool.give_consent(expert_id=expert.pk, version=CURRENT, language="nl", by=user, now=came)
    _papers(expert, person, own, came=came, now=now, dice=dice)
    _way(expert, person, own, user, now=now)
    pool.set_week(
        expert_id=expert.pk,
        rows=[WeekRow(*hours) for hours in person.week],
        by=user,
        now=came,
    )
    pool.write_intake(
        expert_id=expert.pk,
        answers=dict.fromkeys(IntakeTopic.values, "YES"),
        outcome="START" if person.trained else "TRAIN",
        talked_on=clock.local(came).date(),
        by=own,
        now=came,
    )
    if person.trained:
        pool.activate(expert_id=expert.pk, by=own, now=came + 30 * DAY)
        pool.set_duos(expert_id=expert.pk, n=person.duos, by=own, now=came + 30 * DAY)
    if person.paused:
        pool.pause(expert_id=expert.pk, by=user, now=now - 2 * DAY)
    expert.refresh_from_db()
    return expert


def _papers(  # noqa: PLR0913  (whose, by whom, and three moments)
    expert: Expert, person: Person, own: User, *, came: datetime, now: datetime, dice: random.Random
) -> None:
    day = clock.local(came).date()
    today = clock.local(now).date()
    for kind in ("CONFIDENTIALITY", "CODE_OF_CONDUCT", "VOLUNTEER"):
        pool.record_agreement(expert_id=expert.pk, kind=kind, signed_on=day, by=own, now=now)
    if person.trained:
        pool.record_training(
            expert_id=expert.pk,
            kind=dice.choice(["WEE", "HEE", "HOWIE", "OWN"]),
            level=dice.choice([1, 2, 2, 3]),
            started_on=day - 300 * DAY,
            completed_on=day - 60 * DAY,
            certificate_seen_on=day,
            by=own,
            now=now,
        )
    issued = {
        "granted": day - timedelta(days=dice.randrange(5, 60)),
        "expiring": today - timedelta(days=3 * 365 - 40),
        "expired": today - timedelta(days=3 * 365 + 20),
    }.get(person.vog)
    if issued:
        pool.record_vog(
            expert_id=expert.pk,
            issue_date=issued,
            seen_on=issued + 5 * DAY,
            profile_kind="ASPECT",
            profile_codes=["84", "85"] if dice.random() < 0.4 else ["85"],  # noqa: PLR2004
            authenticity_checked=True,
            function_label="Vrijwilliger",
            by=own,
            now=now,
        )


def _way(expert: Expert, person: Person, own: User, user: User, *, now: datetime) -> None:
    """How far somebody is on the way to a new VOG."""
    today = clock.local(now).date()
    if person.way == "later":
        pool.plan_attempt(expert_id=expert.pk, from_on=today + 150 * DAY, by=own, now=now)
    if person.way not in {"sent", "letter"}:
        return
    pool.prepare_vog(expert_id=expert.pk, on=today - 23 * DAY, by=own, now=now, free_scheme=True)
    steps = (
        {"SUBMITTED": 19, "INTENT_TO_REFUSE": 4} if person.way == "letter" else {"SUBMITTED": 19}
    )
    for to, days_ago in steps.items():
        pool.tell_vog(expert_id=expert.pk, to=to, on=today - days_ago * DAY, by=user, now=now)


def _on_call(stage: Stage, now: datetime) -> None:
    """Three weeks of duty, a week each, with a second in the chain."""
    people = stage.coordinators
    monday = clock.local(now).replace(hour=8, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=monday.weekday())
    for week in range(-1, 4):
        start = monday + timedelta(weeks=week)
        for place in (1, 2):
            if place > len(people):
                continue
            pool.plan_on_call(
                user=people[(week + place - 1) % len(people)],
                starts_at=start.astimezone(UTC),
                ends_at=(start + timedelta(weeks=1)).astimezone(UTC),
                place_in_chain=place,
                by=people[0],
                now=now,
            )


def _user(region: Region, name: str) -> User:
    # Without a password: the demo's buttons let people in, on localhost only.
    return User.objects.create_user(_address(name), name=name, region=region)


def _member(
    user: User,
    role: Role,
    since: datetime,
    *,
    organisation: Organisation | None = None,
    phone: str = "",
) -> None:
    Membership.objects.create(
        user=user, role=role, started_at=since, organisation=organisation, phone=phone
    )


def _address(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z]+', '.', plain).strip('.')}@{DEMO_DOMAIN}"
