"""Somebody checked in and does not check out: first they are asked, then people look for them.

Nobody has to be signed in for it. Each step is taken once, and before each the question is asked
anew: are they out, was the session moved, do they need longer (domain.md 5.2, security.md I14).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Membership, Role, User
from core.errors import Refusal
from matching.actions import open_task, settle_task, start_calling
from matching.models.requests import TaskKind
from pool.actions import weigh
from scheduling import rules
from scheduling.actions.sessions import own_role
from scheduling.actions.telling import ask_to_check_out
from scheduling.actions.watches import due_at, watch
from scheduling.models import Session, SessionRole
from scheduling.queries import recipients, request_of
from scheduling.states import SessionState

# Somebody said what became of it: nobody has to be looked for.
KNOWN = (SessionState.HELD, SessionState.MISSED)
LONGEST_MORE = timedelta(hours=2)


class NotInside(Refusal):
    message = _("You are not checked in here now.")


class TooMuchLonger(Refusal):
    message = _("More than two hours longer? Then call the coordinator.")


@transaction.atomic
def look_for(*, role_id: UUID, now: datetime) -> int:
    """Take the next step for somebody who should be out by now. Returns it, or 0 for none.

    1: they are asked. 2: their coordinator is called, and after that the rota climbs by itself.
    """
    role = SessionRole.objects.select_for_update(of=("self",)).filter(pk=role_id).first()
    if role is None or role.checked_in_at is None or role.checked_out_at is not None:
        return 0
    session = Session.objects.get(pk=role.session_id)
    if session.state in KNOWN or role.overdue_step == rules.LAST_STEP:
        return 0
    if now < due_at(role, session):
        watch(role, session)
        return 0
    step = role.overdue_step + 1
    SessionRole.objects.filter(pk=role.pk).update(overdue_step=step, overdue_at=now)
    role.overdue_step = step
    request = request_of(session)
    audit.record(
        "session.overdue", by=None, at=now, subject=request.case_id, target=session, step=step
    )
    if step == rules.LAST_STEP:
        call_about(role, now=now)
        if role.assignment_id is not None:
            # Whatever it was: whoever had to be looked for rests afterwards.
            weigh(source=session.pk, is_heavy=True, expert_id=role.assignment.expert_id)
    else:
        ask_to_check_out(session, recipients([role], at=now)[0], key=_mail_key(role), now=now)
        watch(role, session)
    return step


@transaction.atomic
def need_longer(*, role_id: UUID, minutes: int, by: User, now: datetime) -> SessionRole:
    """Say that all is well and it takes `minutes` longer; the alarm waits and begins anew.

    Counted from now, or from the planned end where that is still to come.

    Raises:
        SessionRole.DoesNotExist: not a role that `by` may check in.
        NotInside, TooMuchLonger.
    """
    role, session = own_role(role_id, by=by)
    if role.checked_in_at is None or role.checked_out_at is not None:
        raise NotInside
    more = timedelta(minutes=minutes)
    if not timedelta(0) < more <= LONGEST_MORE:
        raise TooMuchLonger
    is_out(role, now=now)
    until = max(now, session.ends_at) + more
    SessionRole.objects.filter(pk=role.pk).update(
        expected_out_at=until, overdue_step=0, overdue_at=None
    )
    role.refresh_from_db()
    subject = request_of(session).case_id
    audit.record("session.longer", by=by, at=now, subject=subject, target=session, minutes=minutes)
    watch(role, session)
    return role


def call_about(role: SessionRole, *, now: datetime) -> None:
    """Have people look for somebody: the own coordinator is called first, then the rota."""
    expert = role.assignment.expert if role.assignment else None
    task = open_task(
        TaskKind.OVERDUE,
        request=request_of(role.session),
        expert=expert,
        due_at=now,
        once_per=_key(role),
        now=now,
    )
    own = expert.coordinator_id if expert else None
    first = Membership.objects.select_related("user").filter(
        user=own, role=Role.COORDINATOR, ended_at=None
    )
    start_calling(task, now=now, every=rules.OVERDUE_STEP, first=list(first))


def is_out(role: SessionRole, *, now: datetime) -> None:
    """They are out, or well: whoever was looking hears it."""
    if role.overdue_step:
        settle_task(once_per=_key(role), now=now)


def _key(role: SessionRole) -> str:
    """`once_per` of the task: one for every time that somebody stayed away."""
    return f"overdue:{role.pk}:{_stamp(role)}"


def _mail_key(role: SessionRole) -> str:
    return f"late-{role.pk.hex[:8]}-{_stamp(role)}"


def _stamp(role: SessionRole) -> str:
    return f"{role.expected_out_at:%Y%m%dT%H%M%S}" if role.expected_out_at else "planned"
