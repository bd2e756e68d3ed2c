"""May this person do this session: asked of the judge that also judged the offer and the yes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.errors import Refusal
from matching.models import Assignment, Request
from matching.permissions import may_coordinate
from matching.queries import session_objections
from matching.rules import ASKED_FIRST, ROOM, Objection
from matching.sentences import Audience, why_not
from pool.models import MeetingPlace
from scheduling.models import Session
from scheduling.states import SessionKind


class NotDeployable(Refusal):
    """Judged at the date of the work; why, is said to the coordinator only."""

    message = _("This person cannot do this work on that day. Call the coordinator.")


class AskFirst(NotDeployable):
    """A pause, a full week, rest or an absence: the person may say that it is fine this once."""


class NewcomerAlone(Refusal):
    """The first assignments are done with two, and one of both is not new."""

    message = _("Somebody new comes along with somebody else: add the case manager or a buddy.")


def require_companion(
    assignments: Iterable[Assignment], *, n_professionals: int, kind: str
) -> None:
    """Raise NewcomerAlone where somebody on probation would meet a participant alone.

    Two who are both new are no company for each other. A call on the phone needs no second.
    """
    if kind == SessionKind.PHONE:
        return
    newcomers = [one.as_duo for one in assignments]
    if any(newcomers) and all(newcomers) and not n_professionals:
        raise NewcomerAlone


def require_fit(  # noqa: PLR0913  who, for what, when and where
    one: Assignment,
    request: Request,
    hours: tuple[datetime, datetime],
    *,
    kind: str,
    place: MeetingPlace | None,
    agreed: bool,
    by: User,
    now: datetime,
    moved: Session | None = None,
) -> None:
    """Raise NotDeployable unless this person may do this session, with the rules of its day.

    Papers are judged before, by the rules that know what carries running work over a gap.

    A coordinator hears why; a professional hears to call one, whatever the reason. `moved` is the
    session that gets these hours, where there is one already. Room in the week, and rest after a
    heavy contact, are asked once the hours are booked.

    Raises:
        AskFirst: the expert may allow it; a coordinator says that they did with `agreed`.
        NotDeployable: it cannot be.
    """
    left_out = ROOM | ({"REST"} if kind == SessionKind.PHONE else set())
    found = [
        objection
        for objection in session_objections(
            request,
            one.expert_id,
            start=hours[0],
            end=hours[1],
            place=place.area if place else None,
            but=moved.pk if moved else None,
            now=now,
        )
        if objection.code not in left_out
    ]
    if not found:
        return
    if not {objection.code for objection in found} <= ASKED_FIRST:
        raise NotDeployable(_said(found, _("Choose another day, or somebody else."), by=by))
    if not (agreed and may_coordinate(by)):
        advice = _("Call this person. Fine this once? Say so below, and plan again.")
        raise AskFirst(_said(found, advice, by=by))
    # Not what stood in the way: the log stays for years after a pause is over.
    audit.record("session.agreed_by_voice", by=by, at=now, subject=one.expert_id, target=one)


def _said(found: list[Objection], advice: str | Promise, *, by: User) -> str | None:
    """Every reason, and what to do; to a professional none, and the sentence of the refusal."""
    if not may_coordinate(by):
        return None
    return " ".join([*(why_not(one, Audience.COORDINATOR) for one in found), str(advice)])
