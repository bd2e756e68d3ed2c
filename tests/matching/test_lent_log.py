"""A look that goes through an agreement to lend says so in the log, and on the auditor's page."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.urls import reverse

from core import audit
from core.access.models import Region, Role
from core.audit import lent as through
from core.audit.models import AuditEntry
from matching.models import Request
from pool import actions as pool
from pool.models import LendingGrant
from tests.conftest import NOON
from tests.factories.lending import Neighbours, lend, make_neighbours
from tests.factories.matching import HOUR, MINUTE, accept, ask, file_request
from tests.factories.people import client_as, make_user

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


@pytest.fixture
def two(region: Region, other_region: Region) -> Neighbours:
    return make_neighbours(home=other_region, here=region, n_own=1)


@pytest.fixture
def grant(two: Neighbours) -> LendingGrant:
    return lend(two)


@pytest.fixture
def asked(two: Neighbours, grant: LendingGrant) -> Request:  # noqa: ARG001  (first the grant)
    """A request that Ada of here and Noor of elsewhere were both asked for."""
    with two.in_need():
        request = file_request(two.pool)
        ask(two.pool, request, two.pool.experts[0], two.noor)
        return request


def lines(two: Neighbours, about: UUID) -> list[AuditEntry]:
    """Looks at this subject in the borrowing region, alone or on a list; oldest first."""
    with two.in_need():
        rows = AuditEntry.objects.filter(event__regex=r"\.(read|listed)$").order_by("pk")
        return [one for one in rows if about == one.subject or about in (one.subjects or [])]


def opens(two: Neighbours, request: Request) -> None:
    client = client_as(two.pool.cas)
    assert client.get(reverse("home")).status_code == 200
    path = reverse("matching:request-detail", args=[request.pk])
    assert client.get(path).status_code == 200


def test_a_list_names_those_who_are_lent_in_a_line_of_their_agreement(
    two: Neighbours, grant: LendingGrant, asked: Request
) -> None:
    opens(two, asked)

    of_noor, of_ada = lines(two, two.noor.pk), lines(two, two.pool.experts[0].pk)
    assert of_noor
    assert of_ada
    assert {one.lent_by for one in of_noor} == {grant.pk}
    assert {one.lent_by for one in of_ada} == {None}
    # The case is this region's own.
    assert {one.lent_by for one in lines(two, asked.case_id)} == {None}


@pytest.mark.usefixtures("asked")
def test_without_whoever_tells_it_no_line_would_say_so(
    two: Neighbours, asked: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(through, "_tells", [through._nobody])

    opens(two, asked)

    assert {one.lent_by for one in lines(two, two.noor.pk)} == {None}


def test_a_page_of_lending_reads_through_it(two: Neighbours, grant: LendingGrant) -> None:
    assert client_as(two.pool.cas).get(reverse("matching:lending")).status_code == 200

    (line,) = lines(two, two.noor.pk)
    assert (line.event, line.lent_by) == ("lending.read", grant.pk)


def test_who_is_lent_reads_a_case_through_the_own_agreement(
    two: Neighbours, grant: LendingGrant
) -> None:
    with two.in_need():
        request = file_request(two.pool)
        work = accept(ask(two.pool, request, two.noor))
    assert two.noor.user is not None
    client = client_as(two.noor.user)
    client.post(reverse("matching:visit", args=[two.here.pk]))

    assert client.get(reverse("matching:work-card", args=[work.pk])).status_code == 200

    read = lines(two, request.case_id)
    assert read
    assert {(one.actor, one.lent_by) for one in read} == {(two.noor.user.pk, grant.pk)}


def test_work_that_outlives_the_agreement_is_still_read_through_it(
    two: Neighbours, grant: LendingGrant
) -> None:
    with two.in_need():
        request = file_request(two.pool)
        accept(ask(two.pool, request, two.noor))
    with two.at_home():
        pool.end_lending(grant_id=grant.pk, by=two.zoe, now=NOON + HOUR)

    opens(two, request)

    assert {one.lent_by for one in lines(two, two.noor.pk)} == {grant.pk}


def test_at_home_nobody_is_read_through_an_agreement(two: Neighbours, grant: LendingGrant) -> None:
    client_as(two.zoe).get(reverse("matching:lending"))
    client_as(two.zoe).get(reverse("pool:expert-detail", args=[two.noor.pk]))

    with two.at_home():
        rows = AuditEntry.objects.filter(event__endswith=".read", subject=grant.expert_id)
        assert {one.lent_by for one in rows} == {None}


def test_a_page_that_stays_open_leaves_one_line_for_each_agreement(
    two: Neighbours, grant: LendingGrant
) -> None:
    everybody = [two.noor.pk, two.pool.experts[0].pk]
    with two.in_need():
        for minutes in range(3):
            audit.listed(
                "board", by=two.pool.cas, at=NOON + minutes * MINUTE, subjects=everybody, live=True
            )
        rows = AuditEntry.objects.filter(event="board.listed")
        assert sorted((str(one.lent_by or ""), one.facts["n"]) for one in rows) == [
            ("", 1),
            (str(grant.pk), 1),
        ]


def test_the_auditor_sees_that_it_went_through_lending_and_by_whom(
    two: Neighbours, asked: Request
) -> None:
    opens(two, asked)
    with two.in_need():
        auditor = make_user("Iris Tol", Role.AUDITOR)

    shown = [
        client_as(auditor).post(reverse("insight:log-search"), {"about": str(one)}).content.decode()
        for one in (two.noor.pk, two.pool.experts[0].pk)
    ]

    assert ["via uitlenen door Duinrand" in page for page in shown] == [True, False]
    assert "Visser" not in shown[0]
