"""Coming in: an application through an invitation, the first talks, and how they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import audit, outbox
from core.access.actions import invite
from core.access.models import Invitation, Membership, Role, User
from core.access.permissions import has_role, require_role
from core.clock import AMSTERDAM, local
from core.errors import Refusal
from core.states import IllegalMove
from pool.actions.experts import NoCoordinator, Profile, add_expert, locked, release_account
from pool.actions.leaving import end_membership
from pool.actions.moves import move, require_move
from pool.models import Expert, Intake
from pool.models.intake import A_YEAR
from pool.permissions import STAFF, require_record_papers
from pool.rules import instant_of, stands_in_the_way
from pool.signals import application_taken, expert_applied, intake_again
from pool.states import ExpertState
from pool.vocabulary import IntakeAnswer, IntakeOutcome, IntakeTopic

CALL_AGAIN = "pool.call_again"
OFFICE_OPENS = 9 * 60
WELCOME = frozenset({IntakeOutcome.TRAIN, IntakeOutcome.START, IntakeOutcome.KNOWN})


class NotInvited(Refusal):
    message = _("Your invitation is no longer open. Call your coordinator.")


class TalkToCome(Refusal):
    message = _("A talk that is written down has been. Choose today or an earlier day.")


class DayMissing(Refusal):
    message = _("Choose the day on which we call: after today, within a year.")


class NotYetEnough(Refusal):
    """Topics keep the talks from ending like this."""

    def __init__(self, topics: list[str]) -> None:
        self.topics = topics
        said = ngettext(
            "One point is still open: %(topics)s. Choose “we talk again”, or “learns first”.",
            "%(n)d points are still open: %(topics)s. Choose “we talk again”, or “learns first”.",
            len(topics),
        )
        words = ", ".join(str(IntakeTopic(one).label) for one in topics)
        super().__init__(said % {"n": len(topics), "topics": words})


@transaction.atomic
def invite_applicant(*, email: str, by: User, now: datetime) -> str:
    """Let somebody write in: a mail that says nothing, an account, and a form of one's own.

    Whoever invites is the own coordinator. Returns the token.

    Raises:
        NotAllowed, NoCoordinator, AlreadyMember: nothing was changed.
    """
    require_role(by, *STAFF)
    if not has_role(by, Role.COORDINATOR):
        raise NoCoordinator
    _invitation, token = invite(
        email=email, name="", role=Role.EXPERT, organisation=None, phone="", by=by, now=now
    )
    return token


def invited_by(user: User) -> User | None:
    """Who calls this person, invited to write in, where nobody wrote this person in before.

    That is whoever invited, or another coordinator where that one is none any more.
    """
    used = Invitation.objects.filter(used_by=user, role=Role.EXPERT, subject=None)
    last = used.select_related("invited_by").order_by("used_at").last()
    if last is None:
        return None
    if has_role(last.invited_by, Role.COORDINATOR):
        return last.invited_by
    running = Membership.objects.filter(role=Role.COORDINATOR, ended_at=None)
    other = running.select_related("user").order_by("started_at", "pk").first()
    return other.user if other else None


@transaction.atomic
def write_in(*, profile: Profile, by: User, now: datetime) -> Expert:
    """Apply: the person itself fills in the profile, and a coordinator hears it.

    What is agreed with the coordinator stays open; the coordinator is whoever invited.

    Raises:
        NotInvited: there is no invitation, or there is a profile already.
    """
    coordinator = invited_by(by)
    # Two taps wait for each other here, and the second finds a profile.
    User.objects.select_for_update().get(pk=by.pk)
    release_account(by)
    known = Expert.objects.filter(user=by).exists()
    if coordinator is None or known or not has_role(by, Role.EXPERT):
        raise NotInvited
    expert = add_expert(
        replace(profile, coordinator=coordinator, email=by.email, activities=frozenset()),
        by=by,
        now=now,
        user=by,
        answers_first=True,
    )
    audit.record("expert.applied", by=by, at=now, subject=expert.pk, target=expert)
    expert_applied.send(sender=None, expert=expert, now=now)
    return expert


@transaction.atomic
def write_intake(  # noqa: PLR0913  what a talk says
    *,
    expert_id: UUID,
    answers: Mapping[str, str],
    outcome: str,
    talked_on: date,
    by: User,
    now: datetime,
    again_on: date | None = None,
) -> Expert:
    """Write down a first talk: an answer per topic, and how it goes on.

    Welcome admits; "learns first" begins the training, "not with us" ends it and starts the
    shorter purge clock. Of later talks the last stands.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove, TalkToCome, DayMissing, NotYetEnough:
        nothing was changed.
    """
    expert = locked(expert_id)
    require_record_papers(by, expert)
    outcome = IntakeOutcome(outcome)
    today = local(now).date()
    if expert.state == ExpertState.APPLICANT:
        require_move(expert, ExpertState.INTAKE, by=by)
    elif expert.state != ExpertState.INTAKE:
        raise IllegalMove
    if talked_on > today:
        raise TalkToCome
    said = {topic: IntakeAnswer(answers.get(topic) or "OPEN").value for topic in IntakeTopic.values}
    if found := stands_in_the_way(said, outcome):
        raise NotYetEnough(found)
    calls = outcome == IntakeOutcome.LATER
    if calls and not (again_on and today < again_on <= today + A_YEAR):
        raise DayMissing
    again_on = again_on if calls else None
    _keep(expert, said, outcome, talked_on=talked_on, again_on=again_on, by=by, now=now)
    application_taken.send(sender=None, expert=expert, now=now)
    _go_on(expert, outcome, by, now)
    return expert


@transaction.atomic
def call_again(*, expert_id: UUID, now: datetime) -> bool:
    """The day to call somebody has come, and nobody has written anything since."""
    due = Intake.objects.filter(expert=expert_id, again_on__lte=local(now).date())
    found = due.select_related("expert").first()
    waits = {ExpertState.APPLICANT, ExpertState.INTAKE}
    if found is None or found.expert.state not in waits:
        return False
    intake_again.send(sender=None, expert=found.expert, now=now)
    return True


def _keep(  # noqa: PLR0913  what a talk says
    expert: Expert,
    answers: dict[str, str],
    outcome: IntakeOutcome,
    *,
    talked_on: date,
    again_on: date | None,
    by: User,
    now: datetime,
) -> None:
    row = Intake.objects.filter(expert=expert).first() or Intake(
        data_key=expert.data_key, expert=expert
    )
    row.said = {"answers": answers, "outcome": outcome.value}
    row.talked_on, row.talked_by, row.again_on = talked_on, by, again_on
    row.written_at, row.keep_until = now, now + A_YEAR
    row.save()
    outbox.cancel(CALL_AGAIN, subject=expert.pk, now=now)
    if again_on is not None:
        outbox.schedule(
            CALL_AGAIN,
            subject=expert.pk,
            at=instant_of(again_on, OFFICE_OPENS, AMSTERDAM),
            once_per=f"call-again:{expert.pk}:{again_on}",
        )
    # That somebody talked, and never how it ended: the log outlives the row by years.
    audit.record("intake.written", by=by, at=now, subject=expert.pk, target=row)


def _go_on(expert: Expert, outcome: IntakeOutcome, by: User, now: datetime) -> None:
    admitted_on = local(now).date() if outcome in WELCOME else None
    if outcome == IntakeOutcome.NOT:
        expert.admitted_on = admitted_on
        expert.save(update_fields=["admitted_on"])
        end_membership(expert, by=by, now=now, reason="")
        return
    to = ExpertState.IN_TRAINING if outcome == IntakeOutcome.TRAIN else ExpertState.INTAKE
    if expert.state == ExpertState.APPLICANT:
        move(expert, ExpertState.INTAKE)
    move(expert, to, admitted_on=admitted_on)
