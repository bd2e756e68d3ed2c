"""The short form of the kill campaign, and the parts of it that think."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prove.reminders.orders import POINTS, WINDOW, Death, Orders
from prove.reminders.storm import explain, recovery_of

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 9, 6, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.worker
def test_kills_at_every_point_lose_nothing_and_the_twin_loses_some() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "devstack", "prove", "reminders", "--short"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ran.stdout, ran.stderr[-3000:]
    verdict = json.loads(ran.stdout.splitlines()[-1])
    killed, twin = verdict["short_lease"], verdict["twin"]
    assert verdict["holds"], verdict
    assert {point: found["kills"] for point, found in killed["points"].items()} == dict.fromkeys(
        POINTS, 1
    )
    assert killed["messages"] >= 60
    assert (killed["lost"], killed["work_left"], killed["copies_unexplained"]) == (0, {}, 0)
    assert {point for point, found in killed["points"].items() if found["copies"]} <= WINDOW
    assert twin["lost"] > 0


def test_an_order_is_obeyed_once(tmp_path: Path) -> None:
    orders = Orders.prepare(tmp_path)
    orders.give("idle", whole=False)

    obeyed = [Orders(tmp_path).obey("idle", in_hand="a", held=[1, 2]) for _process in range(2)]

    assert obeyed == [True, False]
    (death,) = orders.deaths()
    assert (death.point, death.in_hand, death.held) == ("idle", "a", (1, 2))


def test_a_row_that_saw_three_deaths_is_spared(tmp_path: Path) -> None:
    orders = Orders.prepare(tmp_path)
    for _number in range(5):
        orders.give("idle", whole=False)

    obeyed = [orders.obey("idle", in_hand="a", held=()) for _process in range(4)]

    assert obeyed == [True, True, True, False]
    assert orders.obey("idle", in_hand="b", held=())


def test_what_nobody_obeyed_is_taken_back(tmp_path: Path) -> None:
    orders = Orders.prepare(tmp_path)
    orders.give("idle", whole=True)

    assert orders.points_waiting() == {"idle"}
    assert orders.cancel() == 1
    assert not orders.obey("idle", in_hand="", held=())


def test_recovery_runs_from_the_last_death_with_a_row() -> None:
    day = timedelta(days=1)
    deaths = [
        Death("idle", NOON, "", (1, 2)),
        Death("in_audit", NOON + 5 * SECOND, "", (2, 3)),
    ]
    ended = {1: NOON + day + 2 * SECOND, 2: NOON + day + 8 * SECOND}

    found = recovery_of(deaths, ended, offset=day)

    assert found == {"idle": [2.0], "in_audit": [3.0]}


def test_copies_are_laid_at_the_death_that_explains_them() -> None:
    deaths = [Death("after_accept", NOON, "a", ()), Death("after_ehlo", NOON, "b", ())]

    copies, unexplained = explain(Counter(a=2, b=2, c=1, d=2), deaths)

    assert copies == Counter({"after_accept": 1, "after_ehlo": 1, "": 1})
    assert unexplained == 2
