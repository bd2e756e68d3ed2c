"""The safety check on a page: thirteen points, grouped by who is next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from core.access.models import User
from core.ui import moments
from matching import queries
from matching.models import GateItem, Request
from matching.pages import words
from matching.queries import GateLine
from matching.states import GateCode, GateItemState, GateWho, RiskAnswer

HINTS = {
    GateCode.G1: gettext_lazy("date of the latest version"),
    GateCode.G4: gettext_lazy("three answers, no story"),
    GateCode.G5: gettext_lazy("only where it turns out to be needed"),
    GateCode.G7: gettext_lazy("not near home, school or work"),
    GateCode.G8: gettext_lazy("a professional or a second expert comes along"),
    GateCode.G13: gettext_lazy("who is called when somebody is late"),
}
# What the professional is asked for, in the words of the status page.
ASKED = {
    GateCode.G1: gettext_lazy("Date of the safety plan"),
    GateCode.G2: gettext_lazy("Whether the numbers can be reached"),
    GateCode.G3: gettext_lazy("Whether measure and protected roles are right"),
    GateCode.G4: gettext_lazy("Answer to the question about risk"),
    GateCode.G6: gettext_lazy("Whether the participant wants this"),
}


@dataclass(frozen=True)
class Point:
    """One of the thirteen."""

    code: str
    label: str
    hint: str
    state: str
    is_done: bool
    who: str
    by: str
    asked: str

    @property
    def stands_in_the_way(self) -> bool:
        return self.state == GateItemState.REFUSED


@dataclass(frozen=True)
class Group:
    """The open points of one party."""

    who: str
    title: str
    count: str
    points: list[Point]


@dataclass(frozen=True)
class Gate:
    """The whole check: how far it is, and who is next."""

    points: list[Point]
    groups: list[Group]
    is_complete: bool
    asks_forensic: bool
    valid_until: datetime | None

    @property
    def total(self) -> int:
        return len(self.points)

    @property
    def done(self) -> list[Point]:
        return [point for point in self.points if point.is_done]

    @property
    def sentence(self) -> str:
        if self.is_complete and self.valid_until:
            until = moments.moment(self.valid_until)
            return gettext("Complete. To be confirmed again before %(moment)s.") % {"moment": until}
        if self.is_complete:
            return gettext("Complete. The first meeting can go on.")
        return gettext("No first meeting without all thirteen.")

    @property
    def done_words(self) -> str:
        return words.points_confirmed(len(self.done))

    def open_for(self, who: GateWho) -> list[Point]:
        return [point for point in self.points if not point.is_done and point.who == who]


def gate_of(request: Request, *, now: datetime) -> Gate:
    """The check of `request` as it stands at `now`: two queries."""
    view = queries.gate(request, at=now)
    people = User.objects.in_bulk([line.row.confirmed_by_id for line in view.items])
    points = [_point(line, people.get(line.row.confirmed_by_id)) for line in view.items]
    risk = next((line.row.risk for line in view.items if line.code == GateCode.G4), "")
    return Gate(
        points=points,
        groups=list(_groups(points)),
        is_complete=view.is_complete,
        asks_forensic=risk == RiskAnswer.CONSULT_NEEDED,
        valid_until=view.valid_until,
    )


def _point(line: GateLine, person: User | None) -> Point:
    code = GateCode(line.code)
    return Point(
        code=code,
        label=capfirst(str(code.label)),
        hint=str(HINTS.get(code, "")),
        state=line.row.state,
        is_done=line.is_done,
        who=line.item.who[0],
        by=_by(line.row, person),
        asked=str(ASKED.get(code, code.label)),
    )


def _by(row: GateItem, person: User | None) -> str:
    if row.confirmed_at is None:
        return ""
    if row.state == GateItemState.NOT_NEEDED:
        return gettext("not needed here")
    # An expert's account has no name: that one is sealed in the pool.
    who = (person.short_name or gettext("expert by experience")) if person else "Naast"
    return f"{who}, {moments.moment(row.confirmed_at)}"


def _groups(points: Iterable[Point]) -> Iterable[Group]:
    waiting = [point for point in points if not point.is_done]
    titles = {
        GateWho.REQUESTER: gettext("Case manager"),
        GateWho.COORDINATOR: gettext("You"),
        GateWho.EXPERT: gettext("Expert by experience"),
        GateWho.SYSTEM: "Naast",
    }
    for who, title in titles.items():
        own = [point for point in waiting if point.who == who]
        if own:
            count = gettext("%(n)d open") % {"n": len(own)}
            if who == GateWho.EXPERT:
                count = gettext("%(n)d open, after the yes") % {"n": len(own)}
            yield Group(who, title, count, own)
