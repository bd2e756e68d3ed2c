"""The parts of the campaign and their sizes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from statistics import median

from core import clock
from prove.reminders.crowd import PER_EXPERT, Crowd, Found, gather, look, plan_next
from prove.reminders.orders import POINTS, WINDOW
from prove.reminders.outages import outages
from prove.reminders.stage import Stage, running
from prove.reminders.storm import Outcome, drain, is_complete, storm
from prove.reminders.strikes import strikes
from prove.reminders.visits import visits

Verdict = dict[str, object]
Part = Callable[[Stage], Verdict]

SHORT_LEASE, LEASE = 2.0, 60.0
# From a death to the end of the last row that the dead process held. With the short lease the
# killing goes on meanwhile, and rows wait behind those of others who died.
RECOVERY = 90.0
N_REGIONS = 4
# Points where a process holds rows that others have to wait for.
HOLDING = [point for point in POINTS if point not in {"before_claim", "idle"}]
# Where the twin has marked already and the mail server has nothing yet.
TOO_SOON = ("before_connect", "after_ehlo", "after_text")


def crowds_for(name: str, n_sessions: int, *, n_regions: int = N_REGIONS) -> list[Crowd]:
    """People for so many sessions, and a few more, spread over regions of this part."""
    each = math.ceil((n_sessions + PER_EXPERT) / n_regions)
    return [gather(f"{name}{number}", n_sessions=each) for number in range(n_regions)]


def alike(stage: Stage, *, n_sessions: int) -> Verdict:
    """One beat and one worker; two beats and three workers: the same sends, each once."""
    seen = []
    for name, n_workers, n_beats in (("ONE", 1, 1), ("MORE", 3, 2)):
        crowds = crowds_for(name, n_sessions, n_regions=1)
        for _number in range(n_sessions):
            plan_next(crowds)
        with running(stage, n_workers=n_workers, n_beats=n_beats) as engine:
            took = drain(engine, crowds, seconds=180)
        found = look(crowds, Counter(stage.sink.accepted), now=clock.now())
        # Each once: as many sends as messages. People may share an hour, so hours are no key.
        is_once = found.sends.total() == found.n_about
        seen.append((found.sends, is_once and is_complete(found) and took is not None))
    (one, one_is_whole), (more, more_is_whole) = seen
    return {
        "holds": one == more and one_is_whole and more_is_whole,
        "messages": one.total(),
        "the_same": one == more,
        "copies": more.total() - one.total(),
    }


def points(  # noqa: PLR0913  the same
    stage: Stage,
    *,
    name: str,
    order: Iterable[str],
    n_sessions: int,
    lease: float,
    seconds: float,
) -> Verdict:
    """Kills at named points."""
    plan = list(order)
    crowds = crowds_for(name, n_sessions)
    # The usual lease stays as it is: nothing of the worker is shortened then.
    shortened = lease if lease != LEASE else None
    outcome = storm(stage, crowds, plan, n_sessions=n_sessions, lease=shortened, seconds=seconds)
    return {
        "holds": _nothing_lost(outcome, plan) and outcome.slowest <= RECOVERY,
        "lease": lease,
        **_counts(outcome),
        "points": _by_point(outcome, plan),
    }


def twin(stage: Stage, *, n: int, n_sessions: int, seconds: float) -> Verdict:
    """Mark first, then send: kills lose messages, or the campaign could not see a loss."""
    crowds = crowds_for("TWIN", n_sessions, n_regions=1)
    outcome = storm(
        stage,
        crowds,
        [TOO_SOON[number % len(TOO_SOON)] for number in range(n)],
        n_sessions=n_sessions,
        lease=SHORT_LEASE,
        seconds=seconds,
        twin=True,
    )
    return {"holds": outcome.lost > 0, **_counts(outcome)}


def anywhere(stage: Stage, *, n: int, n_sessions: int, seconds: float) -> Verdict:
    """Kills from outside, whenever; the power fails as well."""
    crowds = crowds_for("ANY", n_sessions)
    seen = strikes(stage, crowds, n=n, n_sessions=n_sessions, lease=SHORT_LEASE, seconds=seconds)
    return {
        "holds": seen.holds,
        "messages": seen.found.n_about,
        "strikes": dict(seen.kinds),
        "lost": seen.lost,
        "copies": seen.copies,
        "most_of_one": seen.most,
        **_left(seen.found),
        "drained": _tenths(seen.drained),
    }


def servers(stage: Stage, *, away: float, restarts: int, seconds: float) -> Verdict:
    """The broker emptied and stopped, the database restarted."""
    crowds = crowds_for("OUT", int(away * 10) + 300)
    seen = outages(stage, crowds, away=away, restarts=restarts, seconds=seconds)
    return {
        "holds": seen.holds,
        "messages": seen.found.n_about if seen.found else 0,
        "flushes": seen.n_flushes,
        "broker_away": _tenths(seen.seconds_away),
        "slowest_action": _tenths(seen.slowest_action),
        "by_deliver": _tenths(seen.by_deliver),
        "after_return": _tenths(seen.after_return),
        "restarts": seen.restarts,
        "actions_refused": seen.n_refused,
        "after_restarts": _tenths(seen.after_restarts),
        "lost": seen.lost,
        "copies": seen.copies,
    }


def web(stage: Stage, *, n_filings: int, n_answers: int) -> Verdict:
    """The web process dies between commit and answer; the person sends the form again."""
    seen = visits(stage, "WEB", n_filings=n_filings, n_answers=n_answers)
    n_acts = n_filings + n_answers
    return {
        "holds": seen.n_killed == n_acts == seen.n_same and not seen.odd,
        "filings": n_filings,
        "answers": n_answers,
        "killed": seen.n_killed,
        "the_same": seen.n_same,
        "odd": seen.odd[:5],
    }


def _nothing_lost(outcome: Outcome, plan: list[str]) -> bool:
    return (
        outcome.nothing_is_missing
        and not outcome.unexplained
        and set(outcome.copies) <= WINDOW
        and not outcome.n_missed
        and len(outcome.deaths) == len(plan)
    )


def _counts(outcome: Outcome) -> Verdict:
    return {
        "messages": outcome.found.n_about,
        "kills": len(outcome.deaths),
        "beats_killed": outcome.n_beats,
        "orders_missed": outcome.n_missed,
        "lost": outcome.lost,
        **_left(outcome.found),
        "copies": outcome.copies.total(),
        "copies_unexplained": outcome.unexplained,
        "slowest": _tenths(outcome.slowest),
    }


def _left(found: Found) -> Verdict:
    return {"work_left": found.undone, "messages_left": found.unsent, "unposted": found.unposted}


def _by_point(outcome: Outcome, plan: list[str]) -> dict[str, dict[str, object]]:
    kills = Counter(death.point for death in outcome.deaths)
    found: dict[str, dict[str, object]] = {}
    for point in POINTS:
        if point in plan:
            seconds = outcome.recovery.get(point, [])
            found[point] = {
                "kills": kills[point],
                "copies": outcome.copies[point],
                "rows": len(seconds),
                "median": _tenths(median(seconds)) if seconds else None,
                "slowest": _tenths(max(seconds)) if seconds else None,
            }
    return found


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


LONG: dict[str, Part] = {
    "alike": lambda stage: alike(stage, n_sessions=60),
    "short_lease": lambda stage: points(
        stage,
        name="PTS",
        order=list(POINTS) * 20,
        n_sessions=500,
        lease=SHORT_LEASE,
        seconds=600,
    ),
    "usual_lease": lambda stage: points(
        stage, name="USU", order=HOLDING, n_sessions=40, lease=LEASE, seconds=300
    ),
    "twin": lambda stage: twin(stage, n=12, n_sessions=40, seconds=120),
    "anywhere": lambda stage: anywhere(stage, n=60, n_sessions=150, seconds=120),
    "servers": lambda stage: servers(stage, away=60, restarts=6, seconds=120),
    "web": lambda stage: web(stage, n_filings=20, n_answers=10),
}
SHORT: dict[str, Part] = {
    "short_lease": lambda stage: points(
        stage, name="PTS", order=list(POINTS), n_sessions=15, lease=SHORT_LEASE, seconds=70
    ),
    "twin": lambda stage: twin(stage, n=3, n_sessions=8, seconds=30),
}
