"""One clock, in UTC; the demo may move it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core import clock
from core.outbox.pulse import LATE, beat_seen, pulse
from tests.conftest import NOON, as_worker


def test_now_is_an_aware_instant_in_utc() -> None:
    before = datetime.now(UTC)

    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("offset", [timedelta(hours=1), timedelta(seconds=-60.5), timedelta(0)])
def test_a_file_moves_the_clock(tmp_path: Path, settings: Any, offset: timedelta) -> None:
    settings.CLOCK_OFFSET_FILE = tmp_path / "offset"
    clock.move(settings.CLOCK_OFFSET_FILE, offset)

    assert abs(clock.now() - offset - datetime.now(UTC)) < timedelta(seconds=5)


def test_half_a_file_is_not_believed(tmp_path: Path, settings: Any) -> None:
    settings.CLOCK_OFFSET_FILE = tmp_path / "offset"
    settings.CLOCK_OFFSET_FILE.write_text("")

    with pytest.raises(ValueError, match="could not convert"):
        clock.now()


def test_who_reads_while_the_clock_is_moved_never_sees_the_present(
    tmp_path: Path, settings: Any
) -> None:
    settings.CLOCK_OFFSET_FILE = tmp_path / "offset"
    ahead = timedelta(days=1000)
    clock.move(settings.CLOCK_OFFSET_FILE, ahead)

    with ThreadPoolExecutor(1) as other:

        def move_often() -> None:
            for _move in range(2000):
                clock.move(settings.CLOCK_OFFSET_FILE, ahead)

        moves = other.submit(move_often)
        while not moves.done():
            assert clock.now() - datetime.now(UTC) > ahead / 2
        moves.result()


def test_a_file_that_is_not_there_moves_nothing(tmp_path: Path, settings: Any) -> None:
    settings.CLOCK_OFFSET_FILE = tmp_path / "none"

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("instant", "wall"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "2026-03-29T01:59:00+01:00"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2026-03-29T03:00:00+02:00"),
        (datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "2026-10-25T02:59:00+02:00"),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "2026-10-25T02:00:00+01:00"),
    ],
)
def test_the_wall_clock_knows_summer(instant: datetime, wall: str) -> None:
    assert clock.local(instant).isoformat() == wall


@pytest.mark.django_db(transaction=True)
def test_the_pulse_is_what_the_last_beat_said() -> None:
    assert not pulse(now=NOON).is_alive

    with as_worker():
        beat_seen(now=NOON)

    assert pulse(now=NOON + LATE).is_alive
    assert not pulse(now=NOON + LATE + timedelta(seconds=1)).is_alive
