"""A region in which something of everything is there, and the words by which it is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from core.access.models import Membership, Region, Role, User
from matching.models import Seat
from pool import actions
from pool.models import CorrectionField, Expert, SupportRhythm, Training, VogEvidence
from pool.vocabulary import DebriefOccasion
from scheduling import actions as scheduling
from tests.conftest import NOON
from tests.factories.lending import TERMS
from tests.factories.matching import DAY, HOUR, Pool, ask, file_request, make_matched, make_pool
from tests.factories.people import make_user
from tests.factories.pool import make_active_expert

AT = NOON + 2 * HOUR
# First days on which the VOGs no longer count, one for each: within ninety days, and said nowhere
# else. In the order of the experts.
ENDS = tuple(date(2026, 5, day) for day in (21, 22, 23, 27))


@dataclass(frozen=True)
class Marks:
    """Words that say whom a page shows.

    Attributes:
        anything: words that are nobody else's; any line that names the subject will do.
        contact: phone and address, which ask for a line of their own.
        papers: when the VOG ends, which asks for a line of class 4.
    """

    anything: tuple[str, ...]
    contact: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass
class Stage:
    """Who looks, what to look for, and the ids by which pages are reached."""

    people: dict[str, User]
    marks: dict[UUID, Marks]
    ids: dict[str, list[Any]]
    own: dict[str, UUID]


def build(other: Region) -> Stage:
    pool = make_pool(3)
    dina = make_user("Dina Maas", Role.COORDINATOR)
    of_dina = make_active_expert(dina, first_name="Gus", email="gus@voorbeeld.example")
    experts = [*pool.experts, of_dina]
    for place, expert in enumerate(experts):
        expert.last_name, expert.phone = f"Zwaluwnest{place}", f"06 7777 000{place}"
        expert.save()
        VogEvidence.objects.filter(expert=expert).update(policy_valid_until=ENDS[place])
    ids, marks = _work(pool)
    ada = experts[0]
    ada.user = make_user("Ada", Role.EXPERT)
    ada.save()
    User.objects.filter(pk=ada.user.pk).update(name="")
    people = {
        "expert": ada.user,
        "professional": pool.bram,
        "coordinator": pool.cas,
        "colleague": dina,
        "admin": make_user("Fer Admiraal", Role.REGIONAL_ADMIN),
        "auditor": make_user("Gea Auditor", Role.AUDITOR),
    }
    ids |= _care(ada, experts[1], pool, other)
    ids |= {
        "expert_id": [ada.pk, experts[1].pk, of_dina.pk],
        "expert": [ada.pk],
        "membership_id": [Membership.objects.get(user=pool.bram).pk],
        "organisation_id": [pool.office.pk],
        "step": [1],
        "kind": ["screening", "training", "agreement"],
        "activity": ["BUDDY_1ON1"],
        "host_kind": ["LOCAL_TEAM"],
        "code": ["G1"],
    }
    marks |= {one.pk: _marks(one, ends) for one, ends in zip(experts, ENDS, strict=True)}
    return Stage(people, marks, ids, {"expert": ada.pk})


def _marks(expert: Expert, ends: date) -> Marks:
    words = (f"{ends.day} mei",)
    return Marks((expert.last_name,), (expert.phone, expert.email), words)


def _work(pool: Pool) -> tuple[dict[str, list[Any]], dict[UUID, Marks]]:
    """A request that somebody stands beside, one that is asked, and a session."""
    request, assignment = make_matched(pool, case_reference="KENMERK-7788")
    waiting = file_request(pool)
    offer = ask(pool, waiting, pool.experts[1])
    session = scheduling.plan_session(
        assignment_id=assignment.pk,
        kind="PHONE",
        start=NOON + 2 * DAY,
        end=NOON + 2 * DAY + HOUR,
        by=pool.bram,
        now=NOON + HOUR,
        with_professional=True,
    )
    ids = {
        "pk": [request.pk, waiting.pk, assignment.pk, offer.pk],
        "session_id": [session.pk],
        "request_id": [request.pk],
        "seat": [Seat.objects.filter(request=waiting)[0].pk],
    }
    return ids, {one.case_id: Marks((one.number,)) for one in (request, waiting)}


def _care(ada: Expert, bes: Expert, pool: Pool, other: Region) -> dict[str, list[Any]]:
    """Support that is late, a talk, a wish, a course that runs, a second person, a lending."""
    assert ada.user is not None
    long_ago = AT.date() - timedelta(days=99)
    Expert.objects.update(started_on=long_ago)
    SupportRhythm.objects.create(kind="INTERVISION", every=6, valid_from=long_ago)
    wish = actions.ask_correction(
        expert_id=ada.pk, field=CorrectionField.NAME, wish="Ada", by=ada.user, now=NOON
    )
    talk = actions.offer_debrief(
        expert=ada, occasion=DebriefOccasion.FIRST_CONTACT, source=uuid4(), now=NOON
    )
    assert talk is not None
    actions.answer_debrief(debrief_id=talk.pk, wants_call=True, by=ada.user, now=NOON)
    course = Training.objects.create(expert=ada, kind="TOED", level=2, started_on=long_ago)
    # A colleague sees that something waits, and nothing else of these papers.
    actions.ask_recheck(expert_id=bes.pk, by=pool.cas, now=NOON)
    grant = actions.propose_lending(
        expert_id=bes.pk, borrower_id=other.pk, terms=TERMS, by=pool.cas, now=NOON
    )
    return {
        "correction_id": [wish.pk],
        "debrief_id": [talk.pk],
        "training_id": [course.pk],
        "grant_id": [grant.pk],
    }
