"""What bringing in and taking out need to know of the pool."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.access.models import Membership, Role, User
from core.approvals.models import Approval, Decision
from pool.models import Expert, ExpertActivity, ExpertLanguage, ImportDraft, PoolExport
from pool.states import ExpertState


def addresses_in_pool() -> frozenset[str]:
    """Every mail address in the pool, in small letters: opened in memory, one query."""
    people = Expert.objects.exclude(state=ExpertState.LEFT).only(
        "id", "region", "email", "data_key"
    )
    return frozenset(one.email.casefold() for one in people.select_related("data_key"))


def coordinators_by_name() -> dict[str, User]:
    """Who coordinates here now, by a name that only one of them has."""
    found: dict[str, list[User]] = defaultdict(list)
    running = Membership.objects.filter(role=Role.COORDINATOR, ended_at=None)
    for row in running.select_related("user"):
        if row.user not in found[row.user.name.casefold()]:
            found[row.user.name.casefold()].append(row.user)
    return {" ".join(name.split()): users[0] for name, users in found.items() if len(users) == 1}


def draft_of(user: User, *, now: datetime) -> ImportDraft | None:
    """The file that `user` is looking at, if it is still there."""
    return ImportDraft.objects.filter(owner=user, expires_at__gt=now).first()


@dataclass(frozen=True)
class Takeout:
    """How it stands with taking the pool out.

    Attributes:
        waits: a question that a second person has not answered.
        ready: agreed and not fetched, for the one who looks.
        past: the last ones, newest first.
    """

    waits: Approval | None
    ready: PoolExport | None
    past: Sequence[PoolExport]


def takeout(user: User, *, now: datetime) -> Takeout:
    """What `user` may do about taking the pool out: two queries."""
    return Takeout(
        waits=waiting_export(now=now),
        ready=PoolExport.objects.filter(asked_by=user, fetched_at=None, expires_at__gt=now).first(),
        past=list(
            PoolExport.objects.filter(agreed_at__isnull=False)
            .select_related("asked_by", "agreed_by")
            .order_by("-agreed_at")[:10]
        ),
    )


def waiting_export(*, now: datetime) -> Approval | None:
    """The question to take the pool out that waits for a second person."""
    return (
        Approval.objects.filter(kind="pool.export", decision=Decision.PENDING, expires_at__gt=now)
        .select_related("asked_by")
        .first()
    )


def lists_of(experts: Sequence[Expert]) -> dict[UUID, tuple[list[str], list[tuple[str, str]]]]:
    """Work and languages of each of these experts: two queries."""
    ids = [one.pk for one in experts]
    works: dict[UUID, list[str]] = defaultdict(list)
    rows = ExpertActivity.objects.filter(expert_id__in=ids).order_by("activity")
    for expert, activity in rows.values_list("expert_id", "activity"):
        works[expert].append(activity)
    languages: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    spoken = ExpertLanguage.objects.filter(expert_id__in=ids).order_by("language")
    for expert, language, level in spoken.values_list("expert_id", "language", "level"):
        languages[expert].append((language, level))
    return {pk: (works[pk], languages[pk]) for pk in ids}
