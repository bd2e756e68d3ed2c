"""Who is lent to this region, to whom its own experts are lent, and what regions ask each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from core.access.models import Membership, Region, Role, User
from core.access.scope import current_region, region_or_none
from pool.models import Expert, LendingAsk, LendingGrant
from pool.queries.candidates import candidates
from pool.queries.carried import carried_by, carried_here_by
from pool.rules import Candidate, Rule
from pool.states import AskState, GrantState


def lent_candidates(  # noqa: PLR0913  (the work, the moment, and of whom)
    *,
    activity: str,
    host_kind: str,
    on: date,
    now: datetime,
    rule: Rule,
    among: Collection[UUID] | None = None,
    but: UUID | None = None,
    is_beside: bool = False,
) -> list[Candidate]:
    """Experts whom other regions lend here for this work on this day; by id.

    The rule is that of the region where the work is. How far is what the agreement and the expert
    say; how much here is what the agreement says, and how much in all what holds at home. One
    query where nobody is lent; two more, and one per region that lends, where somebody is.
    Whoever `is_beside` a participant goes on, also when the agreement is over.
    """
    grants = LendingGrant.to_us.order_by("agreed_at", "pk")
    if not is_beside:
        grants = grants.filter(
            state=GrantState.RUNNING,
            starts_on__lte=on,
            ends_on__gte=on,
            activities__contains=[activity],
        )
    if among is not None:
        grants = grants.filter(expert_id__in=among)
    homes: dict[int, dict[UUID, LendingGrant]] = defaultdict(dict)
    for grant in grants:
        homes[grant.region_id][grant.expert_id] = grant
    lent = [expert_id for terms in homes.values() for expert_id in terms]
    everywhere = carried_by(lent) if lent else Counter[UUID]()
    here = carried_here_by(lent) if lent else Counter[UUID]()
    found = [
        replace(
            one,
            travel_radius_km=terms[one.expert_id].furthest_km,
            # As a bound on all that somebody carries: what is elsewhere leaves the agreed room.
            max_running=min(
                one.max_running,
                everywhere[one.expert_id] - here[one.expert_id] + terms[one.expert_id].most_running,
            ),
        )
        for home, terms in homes.items()
        for one in candidates(
            activity=activity,
            host_kind=host_kind,
            on=on,
            now=now,
            among=terms,
            rule=rule,
            region_id=home,
            but=but,
        )
    ]
    return sorted(found, key=lambda one: one.expert_id)


def grant_to_us(expert: Expert) -> LendingGrant | None:
    """The running agreement by which this region has `expert`, held; None where there is none.

    Also None while somebody is ending it: whoever asks holds a request, and the one who ends
    wants that request next. Neither waits for the other, and no question outlives the agreement.
    """
    running = LendingGrant.to_us.filter(expert=expert, state=GrantState.RUNNING)
    return running.select_for_update(of=("self",), skip_locked=True).first()


def guest(user: User) -> list[Membership]:
    """What somebody may be in this region who is lent to it: an expert, while it or work runs.

    Read from the same functions that the fences of the database ask, and never stored. Who took
    consent back can still go to a participant who waits, and check out.
    """
    if region_or_none() is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pool_expert e WHERE e.user_id = %s"
            " AND e.region_id <> %s AND (e.id IN (SELECT naast_lent())"
            " OR e.id IN (SELECT naast_beside())))",
            [user.pk, current_region()],
        )
        (is_lent,) = cursor.fetchone()
    if not is_lent:
        return []
    here = Membership(user=user, role=Role.EXPERT, started_at=user.joined_at)
    here.region_id = current_region()
    return [here]


# --- What the pages show ----------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """The page of lending: what is asked and agreed, in both directions."""

    asked: Sequence[LendingAsk]
    asked_of_us: Sequence[LendingAsk]
    lent_out: Sequence[LendingGrant]
    lent_to_us: Sequence[LendingGrant]


def lending_desk() -> Desk:
    """Asks and agreements of this region that are not over, in a constant number of queries."""
    return Desk(
        asked=list(
            LendingAsk.objects.select_related("lender_region").order_by("-asked_at", "pk")[:20]
        ),
        asked_of_us=list(
            LendingAsk.for_us.filter(state=AskState.OPEN)
            .select_related("region")
            .order_by("starts_on", "pk")
        ),
        lent_out=list(
            LendingGrant.objects.exclude(state=GrantState.ENDED)
            .select_related("borrower_region", "expert__data_key", "proposed_by")
            .order_by("starts_on", "pk")
        ),
        lent_to_us=list(
            LendingGrant.to_us.filter(state=GrantState.RUNNING)
            .select_related("region", "expert__data_key")
            .order_by("starts_on", "pk")
        ),
    )


def lending_of(expert: Expert) -> QuerySet[LendingGrant]:
    """What waits for the own word of `expert`, and what runs."""
    return (
        LendingGrant.objects.filter(
            expert=expert, state__in=[GrantState.GRANTED, GrantState.RUNNING]
        )
        .select_related("borrower_region")
        .order_by("starts_on", "pk")
    )


def other_regions() -> QuerySet[Region]:
    """Every region but the own one, by name."""
    return Region.objects.exclude(pk=current_region()).order_by("name")
