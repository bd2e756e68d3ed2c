"""Every reason why somebody cannot take a seat: small questions, all of them asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from matching.rules.wishes import Fact, Objection, Settings, Wish
from pool.geo import distance_km, straight_km
from pool.rules import (
    Candidate,
    Interval,
    is_available,
    is_member,
    is_quiet,
    paper_problems,
    parts_covered,
    rest_until,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

# Work from a desk: nobody travels.
REMOTE = frozenset({"CHAT", "CONSULT", "POLICY", "TRAINING_DEV"})
# Work beside somebody from the neighbourhood: too near is unsafe for both (domain.md 10).
FACE_TO_FACE = frozenset(
    {"AT_TABLE", "BUDDY_1ON1", "INTAKE_SUPPORT", "PEER_GROUP", "VICTIM_TALK", "WALK_IN"}
)
# Work that goes on for weeks, of which a person carries only so much at a time.
LASTING = frozenset({"BUDDY_1ON1"})
# Needs without which the contact would fail; the others count as points.
HARD_NEEDS = frozenset({"INTERPRETER", "WOMAN"})
# From "enough for a talk" on.
TALKS = frozenset({"B1", "B2", "C", "NATIVE"})


class Moment(StrEnum):
    """When somebody is judged: by the same questions, of which some have been answered later."""

    OFFER = "OFFER"
    ACCEPT = "ACCEPT"
    SESSION = "SESSION"


@dataclass(frozen=True)
class _Look:
    """One expert, one seat, and how much that expert carries now."""

    candidate: Candidate
    wish: Wish
    running: int
    settings: Settings
    at: Moment

    @property
    def km(self) -> float:
        return distance_km(self.candidate.point, self.wish.point, self.settings.road_factor)

    @property
    def is_rest_waived(self) -> bool:
        """Whether a coordinator made an exception: for this request, and contact this soon."""
        wish = self.wish
        return any(
            request_id == wish.request_id and wish.begins_at < until
            for request_id, until in self.candidate.rest_waived
        )

    @property
    def hours(self) -> Interval | None:
        """The fixed hours of the seat with the travel around them."""
        if self.wish.seat_start is None or self.wish.seat_end is None:
            return None
        travel = self.settings.travel
        return self.wish.seat_start - travel, self.wish.seat_end + travel


Check = Callable[[_Look], dict[str, Fact] | None]


def not_active(look: _Look) -> dict[str, Fact] | None:
    """Not a full member of the pool yet, or not any more."""
    candidate = look.candidate
    takes_part = candidate.state == "SUSPENDED" or is_member(
        candidate.state,
        candidate.leaves_on,
        on=look.wish.on,
        starts_new=look.at != Moment.SESSION,
    )
    return None if takes_part else {"state": candidate.state}


def suspended(look: _Look) -> dict[str, Fact] | None:
    """Stopped by a coordinator."""
    return {} if look.candidate.is_suspended else None


def paused(look: _Look) -> dict[str, Fact] | None:
    """Took a pause; why is nobody's business."""
    return {} if look.candidate.is_paused else None


def no_consent(look: _Look) -> dict[str, Fact] | None:
    """Did not say yes to being in the pool yet, and the region asks that of new work."""
    return {} if look.settings.asks_consent and not look.candidate.has_consent else None


def other_work(look: _Look) -> dict[str, Fact] | None:
    """Does not do this kind of work."""
    return None if look.wish.activity in look.candidate.activities else {}


def papers(look: _Look) -> dict[str, Fact] | None:
    """Judged on the day of the work."""
    candidate = look.candidate
    # The work of a session has begun: the start rule of the law was asked when it did.
    starts_new = look.at != Moment.SESSION
    problems = paper_problems(
        candidate.papers, candidate.rule, on=look.wish.on, starts_new=starts_new
    )
    return {"problems": list(problems)} if problems else None


def busy(look: _Look) -> dict[str, Fact] | None:
    """Booked at the fixed hours, travel included."""
    return {} if look.hours and _touches(look.hours, look.candidate.busy) else None


def absent(look: _Look) -> dict[str, Fact] | None:
    """Away during the fixed hours, or for all of the time in which a first contact is due."""
    if look.hours:
        return {} if _touches(look.hours, look.candidate.absences) else None
    begins = look.wish.begins_at
    until = begins + look.settings.first_contact_within
    return {} if _covers(look.candidate.absences, begins, until) else None


def not_available(look: _Look) -> dict[str, Fact] | None:
    """Hours that this expert did not give: not every week, and not on that day."""
    wish, week, changes = look.wish, look.candidate.week, look.candidate.changes
    if wish.seat_start and wish.seat_end:
        hours = {"start": wish.seat_start, "end": wish.seat_end}
        fits = is_available(week, **hours, tz=AMSTERDAM, changes=changes)
    else:
        covered = parts_covered(week, changes, first=wish.on, tz=AMSTERDAM)
        fits = bool(covered & wish.day_parts) if wish.day_parts else bool(covered)
    return None if fits else {"asked": sorted(wish.day_parts)}


def not_today(look: _Look) -> dict[str, Fact] | None:
    """Said "not today": nobody asks before the next morning."""
    until, asked_at = look.candidate.not_today_until, look.wish.asked_at
    return {} if until and asked_at and asked_at < until else None


def quiet(look: _Look) -> dict[str, Fact] | None:
    """Has quiet hours now, and did not agree that urgent questions come in them.

    What can wait is no objection: its message waits until the quiet hours are over.
    """
    asked_at = look.wish.asked_at
    if not look.wish.is_urgent or look.candidate.urgent_wakes or asked_at is None:
        return None
    hours = look.candidate.quiet or look.settings.quiet
    return {} if is_quiet(asked_at, *hours, tz=AMSTERDAM) else None


def max_running(look: _Look) -> dict[str, Fact] | None:
    """Carries as much lasting work as they can."""
    if look.wish.activity not in LASTING or look.running < look.candidate.max_running:
        return None
    return {"running": look.running, "most": look.candidate.max_running}


def max_per_week(look: _Look) -> dict[str, Fact] | None:
    """Counted in the ISO week of the work, on the local calendar."""
    year, week, _weekday = look.wish.on.isocalendar()
    booked = sum(n for y, w, n in look.candidate.sessions_per_week if (y, w) == (year, week))
    if booked < look.candidate.max_per_week:
        return None
    return {"sessions": booked, "most": look.candidate.max_per_week}


def rest(look: _Look) -> dict[str, Fact] | None:
    """Too soon after the last contact; rested at exactly the agreed time."""
    last = look.candidate.last_contact_end
    if last is None or look.is_rest_waived or last + look.settings.rest <= look.wish.begins_at:
        return None
    return {"hours": round(look.settings.rest.total_seconds() / 3600)}


def resting(look: _Look) -> dict[str, Fact] | None:
    """Rests after a heavy contact: as long as the region agreed, or the expert where that is more.

    Also after one that is still to come: whoever meets somebody on Monday evening is not asked
    for Tuesday morning.
    """
    wish, candidate = look.wish, look.candidate
    rest = max(look.settings.heavy_rest, candidate.own_rest)
    until = rest_until(candidate.heavy_ends, rest, start=wish.begins_at, end=wish.seat_end)
    return None if until is None or look.is_rest_waived else {"until": until.isoformat()}


def excluded_area(look: _Look) -> dict[str, Fact] | None:
    """Chose not to come here."""
    for area in (look.wish.area, look.wish.place):
        if area in look.candidate.excluded_areas:
            return {"area": area}
    return None


def own_choice(look: _Look) -> dict[str, Fact] | None:
    """Chose not to work for, or not to meet, whoever asks.

    One answer for the organisations that a coordinator sees and for the list that only the expert
    sees: what is kept and shown of both is the same, so that it tells nothing of the second.
    """
    candidate, wish = look.candidate, look.wish
    excluded = wish.organisation_id in candidate.excluded_organisations
    return {} if excluded or wish.asked_by & candidate.avoids else None


def too_near(look: _Look) -> dict[str, Fact] | None:
    """The same area, or less than the region's least distance to home."""
    if look.wish.activity not in FACE_TO_FACE:
        return None
    km, least = straight_km(look.candidate.point, look.wish.point), look.settings.min_distance_km
    is_near = look.candidate.area == look.wish.area or km < least
    return {"km": round(km, 1), "least": round(least, 1)} if is_near else None


def too_far(look: _Look) -> dict[str, Fact] | None:
    """Further than they travel."""
    if look.wish.activity in REMOTE or look.km <= look.candidate.travel_radius_km:
        return None
    return {"km": round(look.km), "most": look.candidate.travel_radius_km}


def language(look: _Look) -> dict[str, Fact] | None:
    """No talk in this language; with an interpreter there is one."""
    if "INTERPRETER" in look.wish.needs:
        return None
    spoken = {code for code, level in look.candidate.languages if level in TALKS}
    return None if look.wish.language in spoken else {"language": look.wish.language}


def needs(look: _Look) -> dict[str, Fact] | None:
    """A need that cannot be left out, and that they did not say to meet."""
    missing = sorted((look.wish.needs & HARD_NEEDS) - look.candidate.can_meet)
    return {"needs": list(missing)} if missing else None


def conflict_declared(look: _Look) -> dict[str, Fact] | None:
    """Said that they know somebody in this request."""
    return {} if look.candidate.expert_id in look.wish.conflicts else None


def already_offered(look: _Look) -> dict[str, Fact] | None:
    """Answered, or let pass, an offer of this request."""
    return {} if look.candidate.expert_id in look.wish.already_asked else None


CHECKS: dict[str, Check] = {
    "NOT_ACTIVE": not_active,
    "SUSPENDED": suspended,
    "PAUSED": paused,
    "CONSENT_OPEN": no_consent,
    "OTHER_WORK": other_work,
    "PAPERS": papers,
    "BUSY": busy,
    "ABSENT": absent,
    "NOT_AVAILABLE": not_available,
    "NOT_TODAY": not_today,
    "QUIET": quiet,
    "MAX_RUNNING": max_running,
    "MAX_PER_WEEK": max_per_week,
    "REST": rest,
    "RESTING": resting,
    "EXCLUDED_AREA": excluded_area,
    "OWN_CHOICE": own_choice,
    "TOO_NEAR": too_near,
    "TOO_FAR": too_far,
    "LANGUAGE": language,
    "NEEDS": needs,
    "CONFLICT_DECLARED": conflict_declared,
    "ALREADY_OFFERED": already_offered,
}
# Asked once more when somebody accepts. The others are about taste and hours, of which the
# person who says yes is the better judge.
LATE_CHECKS = frozenset(
    {
        "NOT_ACTIVE",
        "SUSPENDED",
        "PAUSED",
        "CONSENT_OPEN",
        "OTHER_WORK",
        "PAPERS",
        "BUSY",
        "MAX_RUNNING",
        "MAX_PER_WEEK",
        "REST",
        "RESTING",
        "EXCLUDED_AREA",
        "OWN_CHOICE",
        "TOO_NEAR",
        "CONFLICT_DECLARED",
    }
)
# Asked for each session of work that runs. Its papers are judged by `pool.queries.deployability`,
# which knows what carries running work over a gap; the hours themselves are the calendar's to
# refuse; how many people somebody carries was asked before this work was one of them; and an
# answer about consent that is still awaited stops no work that runs.
SESSION_CHECKS = (LATE_CHECKS - {"BUSY", "CONSENT_OPEN", "MAX_RUNNING", "PAPERS"}) | {"ABSENT"}
# What the expert may say is fine this once.
ASKED_FIRST = frozenset({"PAUSED", "ABSENT", "REST"})
# And room in a week and rest after it: asked of meetings, and not of a call on the phone.
ROOM = frozenset({"MAX_PER_WEEK", "RESTING"})
COUNTING = {
    Moment.OFFER: frozenset(CHECKS),
    Moment.ACCEPT: LATE_CHECKS,
    Moment.SESSION: SESSION_CHECKS,
}


def objections(
    candidate: Candidate,
    wish: Wish,
    *,
    running: int,
    settings: Settings,
    at: Moment = Moment.OFFER,
) -> list[Objection]:
    """Every reason why `candidate` cannot take this seat, in the order of CHECKS.

    The one judge of an offer, of a yes and of a session: `at` says which of the three.
    `running` is how many lasting assignments this expert carries now. Empty means: may be asked.
    """
    look = _Look(candidate, wish, running, settings, at)
    return [
        Objection(code, facts)
        for code, check in CHECKS.items()
        if code in COUNTING[at] and (facts := check(look)) is not None
    ]


def _touches(hours: Interval, taken: Iterable[Interval]) -> bool:
    return any(begins < hours[1] and hours[0] < ends for begins, ends in taken)


def _covers(taken: Iterable[Interval], begins: datetime, until: datetime) -> bool:
    """Do these intervals leave no moment of [begins, until) free?"""
    at = begins
    for away, back in sorted(taken):
        if away > at:
            break
        at = max(at, back)
    return at >= until
