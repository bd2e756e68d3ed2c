"""Figures on the coordinator's home and on a page of their own, from rows made by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from insight.actions import write_facts
from insight.pages import bars
from insight.pages.home import WEEKS, HomeFigures, home_figures
from insight.pages.months import first_month, months_back, year_of
from insight.pages.report import report
from insight.rules import Course, facts_of
from matching import actions
from tests.conftest import NOON
from tests.factories.matching import HOUR, make_matched, make_pool
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
DAY = timedelta(days=1)
DASH, FEW = "\u2013", "1\u20134"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def write(filed_at: datetime, n: int = 1, *, hours: float = 2, **more: object) -> None:
    """`n` requests like this one, that are over: a yes after `hours`, and contact with it."""
    course = Course(
        filed_at=filed_at,
        reachable_at=filed_at,
        activity="BUDDY_1ON1",
        urgency="URGENT",
        matched_at=filed_at + hours * HOUR,
        contact_at=filed_at + hours * HOUR,
        ended_at=filed_at + 30 * DAY,
        n_asked=2,
        n_declined=1,
    )
    for _request in range(n):
        write_facts(facts_of(Course(**{**vars(course), **more}), now=NOON))


def row(figures: HomeFigures, label: str) -> list[str]:
    (found,) = [one.values for one in figures.rows if one.label == label]
    return found


# --- Periods ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "last_year"),
    [
        (date(2026, 3, 31), date(2025, 3, 1)),
        (date(2026, 1, 1), date(2025, 1, 1)),
        (date(2028, 2, 29), date(2027, 2, 1)),
    ],
)
def test_thirteen_months_hold_the_same_month_twice(today: date, last_year: date) -> None:
    assert first_month(today) == last_year
    assert len(set(months_back(today))) == 13
    assert last_year not in year_of(today)


@pytest.mark.usefixtures("in_region")
def test_a_request_of_the_first_night_of_a_month_is_of_that_month() -> None:
    # Half past midnight in Amsterdam, the first night of summer time's month.
    write(datetime.fromisoformat("2026-03-01T00:30+01:00"))
    write(datetime.fromisoformat("2025-03-31T23:30+02:00"))
    write(datetime.fromisoformat("2025-04-01T00:30+02:00"))

    assert row(home_figures(now=NOON), "Requests") == ["1", "1", "2"]


# --- Home -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
class TestHome:
    def test_this_month_stands_beside_the_same_of_last_year_and_the_year(self) -> None:
        write(NOON - 3 * DAY, 5, hours=2)
        write(NOON - 60 * DAY, 1, hours=80, had_nobody=True, n_silent=1, n_declined=0)
        write(NOON - 365 * DAY, 6, hours=30)

        figures = home_figures(now=NOON)

        assert figures.periods == ["Mar so far", "Mar 2025", "12 months"]
        assert row(figures, "Requests") == ["5", "6", "6"]
        assert row(figures, "From request to a yes") == ["2 hours", "30 hours", "2 hours"]
        assert row(figures, "To the first contact") == ["2 hours", "30 hours", "2 hours"]
        assert row(figures, "within 24 hours") == ["100%", "0%", "83%"]
        assert row(figures, "within 72 hours") == ["100%", "100%", "83%"]
        assert row(figures, "Nobody could at that moment") == ["0", "0", "1"]
        assert row(figures, "Questions to the pool") == ["10", "12", "12"]
        assert row(figures, "a no") == ["5", "6", "5"]
        assert row(figures, "no answer") == ["0", "0", "1"]

    def test_of_too_few_no_term_and_no_share_is_told(self) -> None:
        write(NOON - DAY, 4)

        figures = home_figures(now=NOON)

        assert row(figures, "Requests") == ["4", "0", "4"]
        assert row(figures, "To the first contact") == [DASH] * 3
        assert row(figures, "within 24 hours") == [DASH] * 3

    def test_the_weeks_of_a_year_stand_in_a_row_and_the_last_is_open(self) -> None:
        write(NOON, 3)
        write(NOON - 364 * DAY, 2)
        write(NOON - 371 * DAY, 7)  # before the first bar

        weeks = home_figures(now=NOON).weeks

        assert len(weeks) == WEEKS
        assert (weeks[0].most, weeks[-1].most) == (2, 3)
        assert [bar.is_open for bar in weeks] == [False] * 52 + [True]
        assert sum(bar.most for bar in weeks) == 5

    def test_weeks_over_both_clock_changes_begin_on_mondays(self) -> None:
        labels = [bar.label for bar in home_figures(now=NOON).weeks]

        assert "week of 27 October 2025" in labels
        assert "week of 30 March 2026" not in labels
        assert labels[-1] == "week of 9 March 2026"

    def test_what_runs_is_counted_too(self) -> None:
        make_matched(make_pool(1))

        assert row(home_figures(now=NOON), "Requests") == ["1", "0", "1"]


# --- The page ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
class TestReport:
    def test_small_cells_are_not_told_and_neither_is_what_they_add_up_to(self) -> None:
        write(NOON - 3 * DAY, 3)
        write(NOON - 60 * DAY, 7)
        write(NOON - 365 * DAY, 4)

        page = report(now=NOON)

        assert page.sentence == "8 to 11 requests in twelve months"
        assert page.months[0].requests == FEW
        assert page.months[2].requests == "7"
        assert page.months[1].requests == "0"
        assert (page.year.requests, page.before.requests) == ("8\u201311", FEW)

    def test_a_page_with_few_is_the_same_for_every_few(self) -> None:
        write(NOON - 3 * DAY, 1)
        one = report(now=NOON)
        write(NOON - 3 * DAY, 1)
        two = report(now=NOON)

        assert one == two

    def test_every_figure_is_told_from_five_on(self) -> None:
        write(NOON - 3 * DAY, 10, hours=2, met_at=NOON - 2 * DAY, was_extended=True)
        write(NOON - 2 * DAY, 1, hours=90)

        page = report(now=NOON)

        assert page.sentence == "11 requests in twelve months"
        assert [tile.value for tile in page.tiles] == ["2 hours", "2 hours", "90%", "90%", "0"]
        month = page.months[0]
        assert (month.matched, month.contact_day, month.meeting_days) == ("2 hours", "90%", "90%")
        assert ("the measure was extended", "10") in page.happened
        assert ("questions that got no answer", "0") in page.happened

    def test_urgency_and_work_are_told_without_counts(self) -> None:
        write(NOON - 3 * DAY, 6, hours=1)
        write(NOON - 3 * DAY, 5, hours=20, urgency="NORMAL", activity="AT_TABLE")
        write(NOON - 3 * DAY, 2, hours=20, activity="CHAT")

        works = {line.label: line for line in report(now=NOON).works}

        assert {label: line.matched for label, line in works.items()} == {
            "urgent": "1 hour",
            "normal": "20 hours",
            "buddy": "1 hour",
            "at the table in a talk": "20 hours",
        }
        assert {(line.requests, line.asked) for line in works.values()} == {("", "")}

    def test_a_region_without_a_past_has_a_page(self) -> None:
        page = report(now=NOON)

        assert page.sentence == "0 requests in twelve months"
        assert page.works == []
        assert {tile.value for tile in page.tiles} == {DASH, "0"}


def test_the_bars_of_the_page_are_told_as_its_cells(in_region: Region) -> None:  # noqa: ARG001
    write(NOON - 3 * DAY, 3)
    write(NOON - 40 * DAY, 12)

    drawn = report(now=NOON)

    assert [bar.value for bar in drawn.bars][-3:] == ["12", "0", FEW]


# --- Drawing ----------------------------------------------------------------------------------


def test_bars_stand_inside_the_drawing_and_keep_their_order() -> None:
    shown = [bars.Bar("a", 0, 0), bars.Bar("b", 7, 7), bars.Bar("c", 1, 4), bars.Bar("d", 2, 2)]

    drawn = list(bars.draw(shown))

    assert [one.height for one in drawn] == [0, 105, 60, 30]
    assert {one.y + one.height for one in drawn} == {bars.FLOOR}
    places = [float(one.x.rstrip("%")) for one in drawn]
    assert places == sorted(places)
    assert places[-1] + float(drawn[-1].width.rstrip("%")) < 100
    assert [one.kind for one in drawn] == ["whole", "whole", "few", "whole"]
    assert [line.text for line in bars.lines(shown)] == ["0", "10"]


def test_nothing_draws_an_axis_and_no_bar() -> None:
    assert list(bars.draw([])) == []
    assert [line.text for line in bars.lines([])] == ["0", "5"]


# --- Who sees it ------------------------------------------------------------------------------


@pytest.fixture
def staff(region: Region) -> dict[Role, User]:
    with region_scope(region.pk):
        make_region_profile()
        return {role: make_user("Cas Verhoef", role) for role in Role}


def english(user: User) -> Client:
    client = client_as(user)
    client.cookies["naast_language"] = "en"
    return client


def read(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers or None)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_the_page_is_for_who_answers_for_a_region(staff: dict[Role, User], role: Role) -> None:
    may = {Role.COORDINATOR, Role.REGIONAL_ADMIN, Role.AUDITOR}

    answer = english(staff[role]).get("/cijfers/")

    assert answer.status_code == (200 if role in may else 403)


def test_an_auditor_lands_on_the_log(staff: dict[Role, User]) -> None:
    assert english(staff[Role.AUDITOR]).get("/", follow=True).request["PATH_INFO"] == "/toezicht/"


def test_the_page_says_how_it_counts(staff: dict[Role, User]) -> None:
    page = read(english(staff[Role.AUDITOR]), "/cijfers/")

    assert "Waterstreek" in page
    assert "from the moment that the participant could be reached" in page
    assert "counted per person" in page


def test_the_home_shows_figures_with_a_table_behind_the_drawing(
    staff: dict[Role, User], region: Region
) -> None:
    with region_scope(region.pk):
        write(NOON - 3 * DAY, 6)

    page = read(english(staff[Role.COORDINATOR]), "/")

    assert "This month and the year" in page
    assert page.count("<tr><th") - page.count("<thead><tr><th") == WEEKS + 9
    assert re.search(r'<svg class="naast-bars"[^>]* role="img" aria-labelledby="[^"]+"', page)
    assert page.count('class="b-bar') == 1


def test_what_refreshes_itself_leaves_the_figures_alone(staff: dict[Role, User]) -> None:
    page = read(english(staff[Role.COORDINATOR]), "/", **{"HX-Request": "true"})

    assert "naast-bars" not in page


@pytest.mark.parametrize("address", ["/", "/cijfers/"])
def test_a_page_costs_the_same_after_a_year(
    staff: dict[Role, User], region: Region, address: str
) -> None:
    client = english(staff[Role.COORDINATOR])

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            read(client, address)
        return len(seen)

    with region_scope(region.pk):
        write(NOON - 3 * DAY)
    few = cost()
    with region_scope(region.pk):
        for week in range(52):
            write(NOON - 7 * week * DAY, 3)

    assert cost() == few


def test_a_purge_leaves_the_page_as_it_was(staff: dict[Role, User], region: Region) -> None:
    with region_scope(region.pk):
        pool = make_pool(1)
        request, _assignment = make_matched(pool)
        before = home_figures(now=NOON + HOUR)
        actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + HOUR)
        request.case.delete()

        assert home_figures(now=NOON + HOUR) == before
    assert "How it goes" in read(english(staff[Role.COORDINATOR]), "/")
