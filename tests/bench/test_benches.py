"""Every benchmark in small, so that it still runs; how fast it is, is no matter here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from django.conf import settings
from redis import Redis, RedisError

from bench import __main__ as runner
from bench import booking, feed, first_offer, oracle, pages, pool, reminders, search
from bench.figures import Figure, figure, interleaved, quantile
from bench.people import DAY, HOUR, NOW, TRAVEL, able, draw_people, draw_places, draw_wishes

together = pytest.mark.django_db(transaction=True, databases=["default", "denials"])
pytestmark = pytest.mark.filterwarnings(
    "ignore:No directory at", "ignore::pytest.PytestUnraisableExceptionWarning"
)


def by_name(figures: list[Figure]) -> dict[str, Figure]:
    found = {one.name: one for one in figures}
    assert len(found) == len(figures)
    assert all(one.value >= 0 for one in figures)
    return found


@pytest.fixture
def broker() -> None:
    try:
        Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1).ping()
    except RedisError:
        pytest.skip(f"no broker at {settings.REDIS_URL}")


# --- What a figure says -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "bounds", "ratio", "goal", "holds"),
    [
        (None, {"most": 10}, None, "<= 10 ms", True),
        (None, {"most": 9.9}, None, "<= 9.9 ms", False),
        (5, {"most": 2}, 2, "<= 2 x baseline", True),
        (5, {"least": 2.1}, 2, ">= 2.1 x baseline", False),
        (5, {"most": 3, "least": 1}, 2, "<= 3 x baseline and >= 1 x baseline", True),
        (5, {}, 2, "", True),
    ],
)
def test_a_goal_bounds_the_ratio_or_else_the_value(
    baseline: float | None,
    bounds: dict[str, float],
    ratio: float,
    goal: str,
    holds: bool,  # noqa: FBT001
) -> None:
    made = figure("feed: text", 10, "ms", baseline=baseline, **bounds)

    assert (made.ratio, made.goal, made.holds) == (ratio, goal, holds)


def test_cases_take_turns_and_their_median_counts() -> None:
    called: list[str] = []

    def case(name: str, values: list[float]) -> Callable[[], float]:
        def act() -> float:
            called.append(name)
            return values.pop()

        return act

    assert interleaved({"a": case("a", [9, 1, 2]), "b": case("b", [3, 3, 30])}) == {"a": 2, "b": 3}
    assert "".join(called) == "abbaab"


def test_a_quantile_is_a_value_that_was_seen() -> None:
    assert [quantile(range(200), share) for share in (0, 0.5, 0.99, 1)] == [0, 100, 198, 199]


def test_results_of_a_part_leave_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "RESULTS", tmp_path / "results.json")

    def keep(*names: str) -> list[str]:
        benches = [name.partition(":")[0] for name in names]
        runner._keep([{"name": name} for name in names], of=benches)
        return [row["name"] for row in json.loads(runner.RESULTS.read_text())]

    assert keep("feed: old", "search: old") == ["search: old", "feed: old"]
    assert keep("feed: new") == ["search: old", "feed: new"]


def test_what_is_no_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["nothing"]) == 2
    assert "first_offer, search, booking" in capsys.readouterr().out


# --- The oracle -------------------------------------------------------------------------------


def test_the_oracle_knows_what_stands_in_the_way() -> None:
    dice = Random(7)  # noqa: S311
    home, near = draw_places(dice, prefix=1, n=2)
    near = replace(home, code="1999", latitude=home.latitude + 0.1)
    ada = able(draw_people(dice, 1, [home])[0])
    (wish,) = draw_wishes(dice, 1, [near], ())
    start, end = wish.fixed or (NOW + 48 * TRAVEL, NOW + 50 * TRAVEL)
    wish = replace(wish, language="nl", needs=(), day_parts=(), fixed=(start, end))
    ada = replace(ada, languages=(("nl", "NATIVE"),))

    def fits(**changes: object) -> bool:
        return bool(oracle.Oracle([replace(ada, **changes)]).best(wish))  # type: ignore[arg-type]

    assert fits()
    for change in (
        {"state": "SUSPENDED"},
        {"is_paused": True},
        {"activities": ("CONSULT",)},
        {"agreements": ("CONFIDENTIALITY",)},
        {"is_trained": False},
        {"vog_issued": None},
        {"vog_until": start.date()},
        {"vog_codes": ("84",)},
        {"languages": (("nl", "A2"),)},
        {"avoids": ("1999",)},
        {"radius_km": 14},
        {"home": near},
        {"week": ()},
        {"absences": ((end, end + TRAVEL),)},
        {"sessions": ((end + TRAVEL, end + 2 * TRAVEL),)},
        {"max_per_week": 0},
        {"says_not_today": True},
        {"heavy": ((start - 24 * HOUR, start - 23 * HOUR),)},
        {"heavy": ((start - 24 * HOUR, start - 23 * HOUR),), "own_rest": HOUR},
        {"heavy": ((start - 50 * HOUR, start - 49 * HOUR),), "own_rest": 50 * HOUR},
        {"changes": ((start.date(), 0, 1440, False),)},
        {"changes": ((start.date(), 0, 1440, True), (start.date(), 0, 1440, False))},
    ):
        assert not fits(**change), change
    for harmless in (
        {"heavy": ((start - 25 * HOUR, start - 24 * HOUR),)},
        {"heavy": ((start - 25 * HOUR, start - 24 * HOUR),), "own_rest": HOUR},
        {"heavy": ((end, end + HOUR),)},
        {"week": (), "changes": ((start.date(), 0, 1440, True),)},
        {"changes": ((start.date() + 2 * DAY, 0, 1440, False),)},
    ):
        assert fits(**harmless), harmless


@pytest.mark.parametrize(
    ("week", "changes", "parts"),
    [
        ((), (), set()),
        (((3, 600, 660),), (), {"DAYTIME"}),
        (((3, 600, 660),), ((0, 600, 630, False),), set()),
        (((3, 600, 660),), ((9, 600, 630, False),), {"DAYTIME"}),
        ((), ((0, 1050, 1140, True),), {"EVENING"}),
        (((3, 1080, 1110),), ((0, 1110, 1140, True),), {"EVENING"}),
        ((), ((-1, 1440, 1500, True),), {"NIGHT"}),
        ((), ((-1, 1380, 1440, True),), set()),
        ((), ((2, 600, 660, True),), {"DAYTIME", "WEEKEND"}),
        ((), ((6, 1380, 1440, True),), {"NIGHT"}),
    ],
)
def test_the_parts_of_seven_days_are_those_of_these_days(
    week: tuple[tuple[int, int, int], ...],
    changes: tuple[tuple[int, int, int, bool], ...],
    parts: set[str],
) -> None:
    """From a Thursday on; a half hour is no time to meet anybody."""
    thursday = NOW.date() + 2 * DAY
    dice = Random(7)  # noqa: S311
    ada = able(draw_people(dice, 1, draw_places(dice, prefix=1, n=1))[0])
    ada = replace(
        ada,
        week=week,
        changes=tuple((thursday + day * DAY, a, b, there) for day, a, b, there in changes),
    )

    assert oracle.parts_from(ada, thursday, oracle.parts_of_week(week)) == parts


# --- The benchmarks, small --------------------------------------------------------------------


@together
def test_search_answers_as_the_oracle_does() -> None:
    found = by_name(search.run(sizes=[120], n_wishes=20))

    for who in ("equal to the oracle", "lazy SQL equal to it"):
        assert found[f"search: first 20 of 120 experts, {who}"].value == 20


def never(*_of: object) -> bool:
    return False


@together
@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("REST", 1200 * HOUR),
        ("HEAVY_REST", 240 * HOUR),
        ("rests_of", lambda _one: []),
        ("is_given", never),
    ],
)
def test_an_answer_that_differs_is_a_goal_missed(
    what: str, instead: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oracle, what, instead)

    found = by_name(search.run(sizes=[400], n_wishes=40))

    assert not found["search: first 20 of 400 experts, equal to the oracle"].holds
    assert found["search: first 20 of 400 experts, other than the oracle"].value > 0


@together
def test_booking_ends_in_a_booking_or_a_kind_no() -> None:
    found = by_name(booking.run(n_experts=8, seconds=0.5, rounds=1))

    assert found["booking: neither booked nor told it is gone"].value == 0
    assert found["booking: overlapping hours"].value == 0
    assert found["booking: whole sessions planned / bare rows"].value > 0


@together
def test_the_feed_reads_like_the_one_of_the_library() -> None:
    found = by_name(feed.run(n_events=30, n_repeats=3, rounds=1))

    assert found["feed: 30 events, the same when read back"].value == 30
    assert found["feed: 30 events, queries"].holds


@together
def test_the_pages_show_as_many_rows_as_there_are() -> None:
    found = by_name(pages.run(sizes=[3, 60], seconds=0.3, rounds=1))

    assert found["pages: list of 50 of 60, queries more than of 3"].value == 0
    assert found["pages: list of 50 of 3, queries"].holds


@together
def test_the_pool_of_fifty_asks_as_many_queries_as_of_one() -> None:
    found = by_name(pool.run(sizes=[1, 50], seconds=0.3, rounds=1))

    assert found["pool: list of 50, queries more than of 1"].holds
    assert found["pool: list of 50 / floor"].value > 0


@together
@pytest.mark.worker
@pytest.mark.usefixtures("broker")
def test_every_request_gets_its_first_offer() -> None:
    found = by_name(first_offer.run(n_requests=2, n_experts=3))

    assert found["first_offer: filed to handed over, 2 requests, p99"].value > 0


@together
@pytest.mark.worker
@pytest.mark.usefixtures("broker")
def test_every_reminder_is_posted_and_sent_once() -> None:
    found = by_name(reminders.run(n_site=5, n_bare=20, n_tasks=5, rounds=1))

    assert found["reminders: neither lost nor sent twice"].value == 5
    assert found["reminders: posted"].value == 5
