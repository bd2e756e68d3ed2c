"""What a region agreed, from a day on: what was is never rewritten, each day has one answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.errors import NotAllowed
from matching.queries import look, settings_here
from pool import actions, queries
from pool.actions.requirements import TooLateToDecide
from pool.models import RegionProfile, RegionRule, RuleKind
from pool.queries import agreed, ruled
from tests.conftest import NOON
from tests.factories.matching import HOUR, file_request, make_pool, seat_of
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert, make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
TODAY, DAY = NOON.date(), timedelta(days=1)
MONDAY = date(2026, 3, 16)


@pytest.fixture
def rea(in_region: Region) -> User:  # noqa: ARG001
    make_region_profile()
    return make_user("Rea Dijk", Role.REGIONAL_ADMIN)


@pytest.fixture
def boss(rea: User) -> Iterator[Client]:
    with time_machine.travel(NOON, tick=False):
        yield client_as(rea)


def decide(by: User, kind: str = "HEAVY_REST", value: Any = Decimal(2160), **fields: Any) -> None:
    given: dict[str, Any] = {"valid_from": MONDAY, "now": NOON}
    actions.agree(kind=kind, value=value, by=by, **given | fields)


def test_what_the_region_began_with_counts_until_something_else_does(rea: User) -> None:
    decide(rea)

    assert agreed(on=MONDAY - DAY).heavy_rest == timedelta(hours=24)
    assert agreed(on=MONDAY).heavy_rest == timedelta(hours=36)
    assert RegionProfile.here().heavy_rest_minutes == 1440


def test_a_later_decision_leaves_what_was_and_what_comes_is_replaced(rea: User) -> None:
    decide(rea, valid_from=TODAY)
    decide(rea, value=Decimal(600), valid_from=MONDAY)
    decide(rea, value=Decimal(1200), valid_from=MONDAY - DAY, now=NOON + HOUR)

    hours = [agreed(on=TODAY + n * DAY).heavy_rest // timedelta(hours=1) for n in range(-1, 8)]
    assert hours == [24, 36, 36, 36, 36, 36, 20, 20, 20]
    rows = list(RegionRule.objects.order_by("valid_from", "decided_at"))
    assert [(one.amount, one.replaced_at is not None) for one in rows] == [
        (Decimal(2160), False),
        (Decimal(1200), False),
        (Decimal(600), True),
    ]


def test_twice_on_one_day_keeps_both_in_the_list(rea: User) -> None:
    decide(rea, valid_from=TODAY)
    decide(rea, value=Decimal(600), valid_from=TODAY, now=NOON + HOUR)

    (rule,) = [one for one in ruled(on=TODAY) if one.kind == "HEAVY_REST"]
    assert (rule.now, len(rule.history)) == (Decimal(600), 2)


@given(
    st.lists(
        st.tuples(st.integers(0, 2400), st.integers(0, 10080)), min_size=1, max_size=6, unique=True
    )
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_each_day_has_the_answer_of_the_last_who_decided_about_it(
    rea: User, decisions: list[tuple[int, int]]
) -> None:
    first = date(2026, 1, 1)
    before = RegionRule.objects.count()
    with transaction.atomic():
        expected: dict[date, int] = {}
        last = [first + (shift + n) * DAY for shift, _v in decisions for n in (-1, 0, 1)]
        for n, (shift, value) in enumerate(decisions):
            day = first + shift * DAY
            now = NOON.replace(year=2025) + n * HOUR
            decide(rea, value=Decimal(value), valid_from=day, now=now)
            expected |= {one: value for one in last if one >= day}
        for day in last:
            minutes = agreed(on=day).heavy_rest // timedelta(minutes=1)
            assert minutes == expected.get(day, 1440)
        transaction.set_rollback(True)
    assert RegionRule.objects.count() == before


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("HEAVY_REST", Decimal(10081)),
        ("REST", Decimal(-1)),
        ("DISTANCE", Decimal(51)),
        ("ROAD", Decimal("0.9")),
        ("QUIET", Decimal(1)),
        ("REST", (time(22), time(7))),
    ],
)
def test_what_cannot_be_is_refused(rea: User, kind: str, value: Any) -> None:
    with pytest.raises(actions.OutOfLimits):
        decide(rea, kind, value)

    assert not RegionRule.objects.exists()


def test_nobody_decides_about_what_was_and_only_the_administrator_does(rea: User) -> None:
    with pytest.raises(TooLateToDecide):
        decide(rea, valid_from=TODAY - DAY)
    with pytest.raises(NotAllowed):
        decide(make_user("Cas Verhoef", Role.COORDINATOR))


@pytest.mark.database
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"amount": 10081}, "region_rule_within_limits"),
        ({"amount": None}, "region_rule_within_limits"),
        ({"quiet_from": time(1)}, "region_rule_within_limits"),
        ({"kind": "QUIET"}, "region_rule_within_limits"),
        ({"kind": "ANYTHING"}, "region_rule_within_limits"),
        ({"valid_to": MONDAY - 9 * DAY}, "region_rule_ends_after_start"),
        ({"valid_from": MONDAY + DAY}, "region_rule_one_at_a_time"),
    ],
)
def test_the_database_refuses(rea: User, fields: dict[str, Any], constraint: str) -> None:
    plain = {"kind": "HEAVY_REST", "amount": 60, "decided_at": NOON, "decided_by": rea}
    RegionRule.objects.create(valid_from=MONDAY, **plain)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RegionRule.objects.create(**plain | {"valid_from": MONDAY - 9 * DAY} | fields)


def test_another_region_has_its_own(rea: User, other_region: Region) -> None:
    decide(rea, valid_from=TODAY)

    with region_scope(other_region.pk):
        make_region_profile()
        assert agreed(on=TODAY).heavy_rest == timedelta(hours=24)


def test_distance_and_rest_are_those_of_the_day_of_the_work(in_region: Region) -> None:  # noqa: ARG001
    crowd = make_pool(1)
    rea = make_user("Rea Dijk", Role.REGIONAL_ADMIN)
    decide(rea, RuleKind.DISTANCE, Decimal(50), valid_from=MONDAY)
    seat = seat_of(file_request(crowd))
    assert look(seat, now=NOON).fitting == [crowd.ids[0]]

    late = look(seat, now=NOON + 7 * DAY, with_reasons=True)

    ((_expert, found),) = late.excluded
    assert "TOO_NEAR" in {one.code for one in found}
    assert settings_here(seat.request.policy, on=MONDAY).min_distance_km == 50


def test_quiet_hours_are_those_of_the_evening(rea: User) -> None:
    decide(rea, RuleKind.QUIET, (time(20), time(9)))

    assert queries.quiet_hours(at=NOON) == (time(22), time(7))
    assert queries.quiet_hours(at=NOON + 7 * DAY) == (time(20), time(9))


# --- Pages ------------------------------------------------------------------------------------


def test_it_shows_first_what_changes_and_saves_what_was_shown(boss: Client) -> None:
    make_active_expert(first_name="Ada")
    make_active_expert(first_name="Bes", last_name="Land")
    given = {"amount": "36", "valid_from": str(MONDAY)}

    shown = boss.post("/pool/regels/heavy-rest/", given)
    page = shown.content.decode()

    assert "Vanaf maandag 16 maart 2026: 36 uur" in page
    assert "Het geldt voor 2 mensen die nu meedoen." in page
    assert not RegionRule.objects.exists()
    again = given | {"seen": shown.context["seen"], "amount": "48"}
    assert boss.post("/pool/regels/heavy-rest/", again).context["differs"]
    assert not RegionRule.objects.exists()
    saved = boss.post("/pool/regels/heavy-rest/", given | {"seen": shown.context["seen"]})
    assert saved.status_code == 302
    listed = boss.get("/pool/regels/").content.decode()
    assert "Vanaf maandag 16 maart 2026: 36 uur" in listed
    assert "Besloten door Rea Dijk" in listed


@pytest.mark.parametrize("kind", RuleKind.values)
def test_each_kind_has_a_page_and_starts_with_what_counts(boss: Client, kind: str) -> None:
    address = f"/pool/regels/{kind.lower().replace('_', '-')}/"

    page = boss.get(address)
    first = {name: field.value() for name, field in _bound(page.context["form"])}
    answer = boss.post(address, {name: str(value)[:10] for name, value in first.items()})

    assert page.status_code == 200
    assert answer.status_code == 200, answer.context["form"].errors
    assert answer.context["value"] == next(one for one in ruled(on=TODAY) if one.kind == kind).now


def _bound(form: Any) -> list[tuple[str, Any]]:
    return [(one.name, one) for one in form]


@pytest.mark.parametrize(
    "given",
    [
        {"amount": "", "valid_from": str(MONDAY)},
        {"amount": "169", "valid_from": str(MONDAY)},
        {"amount": "24", "valid_from": str(TODAY - DAY)},
        {"amount": "1,5", "valid_from": str(MONDAY)},
        {"amount": "9" * 40, "valid_from": str(MONDAY)},
        {"amount": "1e40", "valid_from": str(MONDAY)},
    ],
)
def test_what_cannot_be_comes_back_with_a_sentence(boss: Client, given: dict[str, str]) -> None:
    assert boss.post("/pool/regels/heavy-rest/", given).status_code == 422


@pytest.mark.usefixtures("rea")
def test_a_coordinator_reads_and_decides_nothing() -> None:
    office = client_as(make_user("Cas Verhoef", Role.COORDINATOR))

    page = office.get("/pool/regels/")

    assert page.status_code == 200
    assert "/pool/regels/heavy-rest/" not in page.content.decode()
    assert office.get("/pool/regels/heavy-rest/").status_code == 403
    assert office.post("/pool/regels/nummers/", {}).status_code == 403
    assert client_as(make_user("Ada", Role.EXPERT)).get("/pool/regels/").status_code == 403


def test_a_number_counts_at_once(boss: Client) -> None:
    given = {"coordinator_phone": "088 111 2222", "picket_phone": "088 333 4444"}

    assert boss.post("/pool/regels/nummers/", given | {"picket_phone": ""}).status_code == 422
    assert boss.post("/pool/regels/nummers/", given).status_code == 302

    assert RegionProfile.here().picket_phone == "088 333 4444"


def test_an_unknown_rule_has_no_page(boss: Client) -> None:
    assert boss.get("/pool/regels/anders/").status_code == 404
