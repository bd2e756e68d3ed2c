"""Experts and what belongs to them, made through the actions of the pool."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from core.access.models import OrganisationKind, Role, User
from pool import actions
from pool.models import Area, Expert, RegionProfile
from pool.rules import WeekRow
from pool.vocabulary import Activity, IntakeTopic, RequirementLevel, ScreeningKind
from tests.conftest import NOON
from tests.factories.people import make_organisation, make_user

LONG_AGO = date(2020, 1, 1)
ALL_WEEK = tuple(WeekRow(weekday, 0, 1440) for weekday in range(7))
EVENINGS = tuple(WeekRow(weekday, 18 * 60, 22 * 60) for weekday in range(5))


def make_area(
    code: str = "3311", *, name: str = "Oevers", latitude: str = "51.810", longitude: str = "4.670"
) -> Area:
    return Area.objects.get_or_create(
        code=code, defaults={"name": name, "latitude": latitude, "longitude": longitude}
    )[0]


def make_region_profile(**fields: Any) -> RegionProfile:
    """What the region of this scope agreed; made once. No probation, unless `fields` say so."""
    found = RegionProfile.objects.first()
    if found is None:
        host = make_organisation("Gastheer", OrganisationKind.POOL_HOST)
        found = RegionProfile(
            coordinator_phone="088 000 1234",
            picket_phone="088 000 5678",
            host=host,
            first_with_two=0,
        )
    for name, value in fields.items():
        setattr(found, name, value)
    found.save()
    return found


def make_profile(coordinator: User, **fields: Any) -> actions.Profile:
    """A filled profile; what a test does not care about is already in it."""
    make_area(fields.setdefault("home_area", "3311"))
    plain: dict[str, Any] = {
        "first_name": "Ruben",
        "last_name": "Kaars",
        "phone": "06 1234 5678",
        "email": "ruben@voorbeeld.example",
        "activities": frozenset({Activity.BUDDY_1ON1.value}),
    }
    return actions.Profile(coordinator=coordinator, **plain | fields)


def make_expert(
    coordinator: User | None = None, *, by: User | None = None, **fields: Any
) -> Expert:
    """Somebody who wrote in, with an account; nobody talked yet, no papers, no hours."""
    coordinator = coordinator or make_user("Cas Verhoef", Role.COORDINATOR)
    profile = make_profile(coordinator, **fields)
    expert = actions.register_expert(
        profile=profile, by=by or coordinator, now=NOON, sends_invitation=False
    )
    user = make_user(f"{profile.first_name} {profile.last_name}", Role.EXPERT)
    actions.join(expert_id=expert.pk, user=user, now=NOON)
    return Expert.objects.get(pk=expert.pk)


def make_active_expert(
    coordinator: User | None = None, *, week: tuple[WeekRow, ...] = ALL_WEEK, **fields: Any
) -> Expert:
    """Somebody who takes part: papers in order, and free at all hours unless `week` says less."""
    expert = make_expert(coordinator, **fields)
    own = expert.coordinator
    admit(expert)
    give_papers(expert)
    actions.set_week(expert_id=expert.pk, rows=week, by=own, now=NOON)
    return actions.activate(expert_id=expert.pk, by=own, now=NOON)


def admit(expert: Expert, *, outcome: str = "START") -> Expert:
    """The first talks are over: every point is a yes."""
    return actions.write_intake(
        expert_id=expert.pk,
        answers=dict.fromkeys(IntakeTopic.values, "YES"),
        outcome=outcome,
        talked_on=NOON.date(),
        by=expert.coordinator,
        now=NOON,
    )


def give_papers(expert: Expert, *, issue_date: date | None = None) -> None:
    """A VOG with aspect 85 of last month, both agreements, and a finished training."""
    make_region_profile()
    own = expert.coordinator
    issued = issue_date or NOON.date() - timedelta(days=30)
    actions.record_vog(
        expert_id=expert.pk,
        issue_date=issued,
        seen_on=max(issued, NOON.date() - timedelta(days=1)),
        profile_kind=ScreeningKind.ASPECT,
        profile_codes=["85"],
        authenticity_checked=True,
        by=own,
        now=NOON,
    )
    for kind in ("CONFIDENTIALITY", "CODE_OF_CONDUCT"):
        actions.record_agreement(
            expert_id=expert.pk, kind=kind, signed_on=NOON.date(), by=own, now=NOON
        )
    actions.record_training(
        expert_id=expert.pk,
        kind="HEE",
        level=2,
        started_on=NOON.date() - timedelta(days=200),
        completed_on=NOON.date() - timedelta(days=20),
        certificate_seen_on=NOON.date() - timedelta(days=10),
        by=own,
        now=NOON,
    )


def require_vog(
    activity: Activity = Activity.BUDDY_1ON1,
    host_kind: OrganisationKind = OrganisationKind.LOCAL_TEAM,
    level: RequirementLevel = RequirementLevel.POLICY,
) -> None:
    """Let the region ask a VOG with aspect 85 for one kind of work (or none at all)."""
    asked = level != RequirementLevel.NONE
    actions.set_requirement(
        activity=activity,
        host_kind=host_kind,
        level=level,
        profile_kind=ScreeningKind.ASPECT if asked else "",
        profile_code="85" if asked else "",
        valid_from=LONG_AGO,
        by=None,
        now=NOON,
    )
