"""Points: named parts that add up to a score, and the order that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from matching.rules.objections import REMOTE
from matching.rules.wishes import Fact, Settings, Wish
from pool.geo import distance_km
from pool.rules import Candidate

# What a region starts with; its policy may weigh otherwise. Each part is at most its weight.
WEIGHTS: dict[str, int] = {
    "needs": 30,
    "distance": 20,
    "load": 20,
    "continuity": 15,
    "rest": 10,
    "language": 5,
}
RESTED_AFTER = timedelta(days=7)
LANGUAGE_SHARE = {"A2": 0.2, "B1": 0.5, "B2": 0.7, "C": 0.9, "NATIVE": 1.0}
# What an expert told of, and the need of a participant that it answers.
ANSWERED_BY = {"PARENT": frozenset({"PARENT"}), "SIMPLE_LANGUAGE": frozenset({"LVB"})}


@dataclass(frozen=True)
class Part:
    """Some points and the fact behind them; `points` is at most the weight of `code`."""

    code: str
    points: int
    fact: dict[str, Fact]


@dataclass(frozen=True)
class Ranked:
    """Somebody who fits, with the points and where they come from."""

    expert_id: UUID
    parts: tuple[Part, ...]

    @property
    def score(self) -> int:
        return sum(part.points for part in self.parts)


def score(
    candidate: Candidate,
    wish: Wish,
    *,
    running: int,
    settings: Settings,
    weights: Mapping[str, int] | None = None,
) -> tuple[Part, ...]:
    """The parts of the score of somebody without objections, in the order of WEIGHTS.

    `running` is how many lasting assignments this expert carries now. Of the region's `weights`,
    a part that is left out weighs as in WEIGHTS.
    """
    counted = {**WEIGHTS, **(weights or {})}
    shares = {
        "needs": _needs(candidate, wish),
        "distance": _distance(candidate, wish, settings),
        "load": _load(candidate, running),
        "continuity": _continuity(candidate, wish),
        "rest": _rest(candidate, wish),
        "language": _language(candidate, wish),
    }
    return tuple(
        Part(code, round(counted[code] * share), fact)
        for code in WEIGHTS
        for share, fact in [shares[code]]
    )


def rank(scored: Iterable[Ranked]) -> list[Ranked]:
    """Highest score first; the id decides between equals, so that the order never wavers."""
    return sorted(scored, key=lambda one: (-one.score, str(one.expert_id)))


Share = tuple[float, dict[str, Fact]]


def _needs(candidate: Candidate, wish: Wish) -> Share:
    if not wish.needs:
        return 1.0, {"met": [], "missing": []}
    told = candidate.experiences | candidate.approaches
    can_meet = candidate.can_meet | {need for need, codes in ANSWERED_BY.items() if codes & told}
    met = wish.needs & can_meet
    return len(met) / len(wish.needs), {
        "met": sorted(met),
        "missing": sorted(wish.needs - can_meet),
    }


def _distance(candidate: Candidate, wish: Wish, settings: Settings) -> Share:
    if wish.activity in REMOTE:
        return 1.0, {"km": 0}
    km = distance_km(candidate.point, wish.point, settings.road_factor)
    return max(0.0, 1 - km / candidate.travel_radius_km), {"km": round(km)}


def _load(candidate: Candidate, running: int) -> Share:
    free = max(0.0, 1 - running / candidate.max_running) if candidate.max_running else 0.0
    return free, {"running": running, "most": candidate.max_running}


def _continuity(candidate: Candidate, wish: Wish) -> Share:
    is_known = candidate.expert_id in wish.known_here
    return float(is_known), {"known": int(is_known)}


def _rest(candidate: Candidate, wish: Wish) -> Share:
    if candidate.last_contact_end is None:
        return 1.0, {"days": -1}
    since = max(wish.begins_at - candidate.last_contact_end, timedelta(0))
    return min(1.0, since / RESTED_AFTER), {"days": since.days}


def _language(candidate: Candidate, wish: Wish) -> Share:
    level = dict(candidate.languages).get(wish.language, "")
    return LANGUAGE_SHARE.get(level, 0.0), {"language": wish.language, "level": level}
