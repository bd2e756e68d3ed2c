"""Lent work from end to end: another region asks, an expert from elsewhere says yes and comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from core.access.models import Region
from core.access.scope import rows_of
from core.outbox.models import Message
from matching import actions
from matching.models import Assignment, Offer, Request
from matching.queries.fit import look
from matching.states import AssignmentState, OfferState, RequestState
from pool import actions as pool
from pool.models import Absence, Block, Expert, VogEvidence
from pool.states import BlockKind, BlockState
from scheduling import actions as scheduling
from scheduling.models import SessionRole
from tests.conftest import NOON
from tests.factories.lending import Neighbours, agree, lend, make_neighbours, propose, second
from tests.factories.matching import DAY, HOUR, MINUTE, accept, ask, file_request, seat_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(region: Region, other_region: Region) -> Neighbours:
    return make_neighbours(home=other_region, here=region)


def fitting(two: Neighbours, request: Request) -> list[object]:
    with two.in_need():
        return list(look(seat_of(request), now=NOON).fitting)


def filed(two: Neighbours) -> Request:
    with two.in_need():
        return file_request(two.pool)


def test_somebody_of_another_region_is_found_only_after_two_persons_and_the_own_yes(
    two: Neighbours,
) -> None:
    request = filed(two)
    seen = [fitting(two, request)]
    grant = propose(two)
    seen.append(fitting(two, request))
    second(two, grant)
    seen.append(fitting(two, request))
    agree(two, grant)

    assert seen == [[], [], []]
    assert fitting(two, request) == [two.noor.pk]


def test_the_own_distance_for_the_other_region_counts_not_the_one_at_home(two: Neighbours) -> None:
    request = filed(two)

    lend(two, own_km=3)

    assert fitting(two, request) == []


def test_an_agreement_covers_its_work_and_its_days_only(two: Neighbours) -> None:
    request = filed(two)
    later = pool.Terms({"BUDDY_1ON1"}, NOON.date() + 30 * DAY, NOON.date() + 60 * DAY, 40)

    lend(two, later)

    assert fitting(two, request) == []


def test_why_somebody_of_another_region_cannot_is_not_told(two: Neighbours) -> None:
    request = filed(two)
    lend(two)
    with two.at_home():
        pool.pause(expert_id=two.noor.pk, by=two.zoe, now=NOON)

    with two.in_need():
        found = look(seat_of(request), now=NOON, with_reasons=True)

    assert (found.fitting, found.excluded) == ([], ())


def test_a_lent_expert_is_asked_says_yes_and_meets(two: Neighbours) -> None:
    request = filed(two)
    grant = lend(two)
    start = NOON + DAY
    with two.in_need():
        offer = ask(two.pool, request)
        assert (offer.lent_from, offer.grant_id) == (two.home.pk, grant.pk)
        work = accept(offer)
        work.refresh_from_db()
        session = scheduling.plan_session(
            assignment_id=work.pk,
            kind="PHONE",
            start=start,
            end=start + HOUR,
            by=two.pool.cas,
            now=NOON + 2 * MINUTE,
        )
        role = SessionRole.objects.get(session=session)
        assert (work.expert_region_id, work.grant_id) == (two.home.pk, grant.pk)
        assert role.block is not None
        sent = Message.objects.filter(recipient=two.noor.user)
        assert "matching/offer" in set(sent.values_list("template", flat=True))

    with two.at_home():
        block = Block.objects.get(expert=two.noor)
        assert (block.region_id, block.grant_id) == (two.home.pk, grant.pk)
        # The same hours cannot be given away at home.
        with pytest.raises(pool.Overlap):
            pool.book(
                expert=two.noor,
                kind=BlockKind.SESSION,
                start=start,
                end=start + HOUR,
                travel=timedelta(),
                source=two.noor.pk,
            )

    with two.in_need():
        scheduling.cancel_session(session_id=session.pk, by=two.pool.cas, now=NOON + HOUR)
    with two.at_home():
        assert Block.objects.get(expert=two.noor).state == BlockState.RELEASED


def test_hours_taken_at_home_are_not_given_away_by_the_other_region(two: Neighbours) -> None:
    request = filed(two)
    lend(two)
    start = NOON + DAY
    with two.in_need():
        work = accept(ask(two.pool, request))
    with two.at_home():
        pool.book(
            expert=two.noor,
            kind=BlockKind.SESSION,
            start=start,
            end=start + HOUR,
            travel=timedelta(),
            source=two.noor.pk,
        )

    with two.in_need(), pytest.raises(pool.Overlap):
        scheduling.plan_session(
            assignment_id=work.pk,
            kind="PHONE",
            start=start,
            end=start + HOUR,
            by=two.pool.cas,
            now=NOON + 2 * MINUTE,
        )


def test_ending_leaves_running_work_and_the_name_beside_it(two: Neighbours) -> None:
    first, second_one = filed(two), filed(two)
    grant = lend(two)
    with two.in_need():
        work = accept(ask(two.pool, first))
    # One at the same time, as agreed.
    assert fitting(two, second_one) == []

    with two.at_home():
        pool.end_lending(grant_id=grant.pk, by=two.zoe, now=NOON + HOUR)

    with two.in_need():
        work = Assignment.objects.select_related("expert__data_key").get(pk=work.pk)
        assert work.state == AssignmentState.ACTIVE
        assert work.expert.short_name == "Noor V."


@pytest.mark.parametrize("who", ["home", "borrower", "expert"])
def test_each_of_the_three_can_end_it_at_once(two: Neighbours, who: str) -> None:
    request = filed(two)
    grant = lend(two)
    with two.in_need():
        offer = ask(two.pool, request)
    scope = two.in_need if who == "borrower" else two.at_home
    by = {"home": two.zoe, "borrower": two.pool.cas, "expert": two.noor.user}[who]
    assert by is not None

    with scope():
        pool.end_lending(grant_id=grant.pk, by=by, now=NOON + MINUTE)

    with two.in_need():
        offer = Offer.objects.get(pk=offer.pk)
        assert offer.state == OfferState.WITHDRAWN
        request.refresh_from_db()
        # With nobody left it is in human hands again.
        assert request.state == RequestState.UNFILLED
        with pytest.raises(actions.OfferWithdrawn):
            actions.accept_offer(
                offer_id=offer.pk, by=None, expert_id=two.noor.pk, now=NOON + HOUR, by_link=True
            )


def test_a_suspension_at_home_takes_the_question_in_the_other_region_back(two: Neighbours) -> None:
    request = filed(two)
    lend(two)
    with two.in_need():
        offer = ask(two.pool, request)

    with two.at_home():
        pool.suspend(expert_id=two.noor.pk, reason="OTHER", by=two.zoe, now=NOON + MINUTE)

    with two.in_need():
        assert Offer.objects.get(pk=offer.pk).state == OfferState.WITHDRAWN


def test_it_ends_by_itself_after_its_last_day(two: Neighbours) -> None:
    grant = lend(two, pool.Terms({"BUDDY_1ON1"}, NOON.date(), NOON.date(), 40))
    midnight = NOON.replace(hour=23, minute=0)

    with two.at_home():
        early = pool.end_on_its_day(grant_id=grant.pk, now=midnight - MINUTE)
        on_time = pool.end_on_its_day(grant_id=grant.pk, now=midnight)

    assert (early, on_time) == (False, True)


# --- What the database shows ------------------------------------------------------------------

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE a.attname = 'region_id' AND c.relkind = 'r' AND NOT a.attisdropped
  AND c.relrowsecurity ORDER BY 1
"""


def seen_of(home: Region) -> dict[str, int]:
    """How many rows of another region each table shows in this scope."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE region_id = %s', [home.pk])  # noqa: S608
            (n_rows,) = cursor.fetchone()
            if n_rows:
                found[table] = n_rows
    return found


@pytest.mark.database
def test_the_database_shows_another_region_nothing_until_the_expert_agreed(two: Neighbours) -> None:
    grant = propose(two)
    second(two, grant)

    with two.in_need():
        assert seen_of(two.home) == {}


@pytest.mark.database
def test_the_database_shows_of_another_region_what_the_agreement_covers(two: Neighbours) -> None:
    with two.at_home():
        colleague = pool.profile_of(two.noor)
        assert colleague is not None
        Absence.objects.create(expert=two.noor, starts_at=NOON, ends_at=NOON + HOUR)
    grant = lend(two)

    with two.in_need():
        seen = seen_of(two.home)
        assert set(seen) == {
            "core_datakey",
            "pool_absence",
            "pool_agreement",
            "pool_expert",
            "pool_expertactivity",
            "pool_expertlanguage",
            "pool_lendinggrant",
            "pool_training",
            "pool_vogevidence",
            "pool_weekavailability",
        } - ({"pool_expertlanguage"} - set(seen))
        assert seen["pool_expert"] == seen["core_datakey"] == 1
        # And managers show none of it, unless the door is opened.
        assert not Expert.objects.exists()
        assert not VogEvidence.objects.exists()
        with rows_of(two.home.pk):
            assert VogEvidence.objects.count() == 1

    with two.at_home():
        pool.end_lending(grant_id=grant.pk, by=two.zoe, now=NOON)
    with two.in_need():
        assert seen_of(two.home) == {"pool_lendinggrant": 1}


WRITES = (
    "UPDATE pool_weekavailability SET starts = 0 WHERE expert_id = %s",
    "UPDATE pool_block SET state = 'RELEASED' WHERE expert_id = %s",
    "DELETE FROM pool_agreement WHERE expert_id = %s",
    "DELETE FROM pool_expert WHERE id = %s",
)


@pytest.mark.database
@pytest.mark.parametrize("write", WRITES)
def test_the_other_region_writes_nothing_about_a_lent_expert(two: Neighbours, write: str) -> None:
    lend(two)

    with two.in_need(), connection.cursor() as cursor:
        cursor.execute(write, [two.noor.pk])
        assert cursor.rowcount == 0


@pytest.mark.database
def test_a_lent_expert_can_be_locked_and_not_changed(two: Neighbours) -> None:
    lend(two)

    with two.in_need(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM pool_expert WHERE id = %s FOR NO KEY UPDATE", [two.noor.pk])
        assert cursor.fetchall() == [(two.noor.pk,)]
        change = "UPDATE pool_expert SET max_running = 9 WHERE id = %s"
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            cursor.execute(change, [two.noor.pk])


@pytest.mark.database
def test_work_points_at_an_agreement_of_this_expert_to_this_region(two: Neighbours) -> None:
    request = filed(two)
    lend(two)
    with two.in_need():
        offer = ask(two.pool, request)
        with pytest.raises(IntegrityError, match="matching_offer_by_grant"), transaction.atomic():
            Offer.objects.filter(pk=offer.pk).update(grant_id=request.pk)
        with pytest.raises(IntegrityError, match="offer_lent_with_grant"), transaction.atomic():
            Offer.objects.filter(pk=offer.pk).update(grant_id=None)
        with pytest.raises(IntegrityError, match="expert_in_region"), transaction.atomic():
            Offer.objects.filter(pk=offer.pk).update(grant_id=None, lent_from=None)
