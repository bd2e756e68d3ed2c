"""Who was called about what cannot wait: for those who are called, and for the one who waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, ngettext

from core.access.models import User
from core.ui import moments
from matching.models import Call, CallChain, Request, Task
from matching.states import ChainState


@dataclass(frozen=True)
class Ringing:
    """One chain that runs, as one reader sees it.

    Attributes:
        called: who was called when, in order, in words.
        sentence: who has it, or who is called next and when.
        is_mine: the reader said "I have it".
    """

    task: Task
    state: str
    called: list[str]
    sentence: str
    is_mine: bool

    @property
    def is_climbing(self) -> bool:
        return self.state == ChainState.CLIMBING


def ringing_of(tasks: Collection[UUID], *, reader: User) -> dict[UUID, Ringing]:
    """The running chains of these tasks, in two queries."""
    chains = list(
        CallChain.objects.filter(task__in=tasks)
        .exclude(state=ChainState.ENDED)
        .select_related("task__request", "answered_by")
    )
    calls: dict[UUID, list[Call]] = defaultdict(list)
    rows = Call.objects.filter(chain__in=[one.pk for one in chains]).select_related("user")
    for call in rows.order_by("step", "called_at", "pk"):
        calls[call.chain_id].append(call)
    return {chain.task_id: _ringing(chain, calls[chain.pk], reader) for chain in chains}


def running_chains(*, reader: User) -> list[Ringing]:
    """Every chain that runs in this region, the nearest next moment first."""
    rows = CallChain.objects.exclude(state=ChainState.ENDED).order_by("next_at", "pk")
    found = ringing_of(list(rows.values_list("task_id", flat=True)), reader=reader)
    return list(found.values())


def told_to_requester(request: Request, *, now: datetime) -> str:
    """What is true about the calls, for the professional who waits; empty where nothing rings.

    No names: who has duty is the region's own matter.
    """
    chain = (
        CallChain.objects.filter(task__request=request, task__done_at=None)
        .exclude(state=ChainState.ENDED)
        .order_by("-started_at", "pk")
        .first()
    )
    if chain is None or chain.next_at is None:
        return ""
    if chain.state == ChainState.ANSWERED and chain.answered_at is not None:
        return gettext("A coordinator has it since %(moment)s.") % {
            "moment": moments.clock(chain.answered_at)
        }
    n_called = Call.objects.filter(chain=chain).values("user").distinct().count()
    called = ngettext(
        "One coordinator was called.", "%(count)d coordinators were called.", n_called
    ) % {"count": n_called}
    if chain.next_at <= now:
        return called
    following = gettext("If nobody answers, we call the next one at %(clock)s.") % {
        "clock": moments.clock(chain.next_at)
    }
    return f"{called} {following}"


def _ringing(chain: CallChain, calls: list[Call], reader: User) -> Ringing:
    return Ringing(
        task=chain.task,
        state=chain.state,
        called=[_said(call) for call in calls],
        sentence=_sentence(chain, reader),
        is_mine=chain.answered_by_id == reader.pk,
    )


def _said(call: Call) -> str:
    said = f"{call.user.short_name} {moments.clock(call.called_at)}"
    if call.passed_at is not None:
        return gettext("%(who)s, could not") % {"who": said}
    return said


def _sentence(chain: CallChain, reader: User) -> str:
    next_at = {"clock": moments.clock(chain.next_at)} if chain.next_at else {"clock": ""}
    if chain.answered_by is None or chain.answered_at is None:
        return gettext("Nobody has it yet. The next is called at %(clock)s.") % next_at
    since = {"since": moments.clock(chain.answered_at), **next_at}
    if chain.answered_by_id == reader.pk:
        return (
            gettext("You have it since %(since)s. Still open at %(clock)s? Then we call on.")
            % since
        )
    who = {"who": chain.answered_by.short_name, **since}
    return gettext("%(who)s has it since %(since)s.") % who
