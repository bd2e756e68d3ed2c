"""Two regions, of which one lends somebody to the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from core import approvals
from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.approvals.models import Approval, Decision
from pool import actions
from pool.models import Expert, LendingGrant
from tests.conftest import NOON
from tests.factories.matching import Pool, make_pool
from tests.factories.people import make_user
from tests.factories.pool import make_active_expert, make_area, make_region_profile

TERMS = actions.Terms({"BUDDY_1ON1"}, date(2026, 3, 1), date(2026, 6, 30), 40)


@dataclass
class Neighbours:
    """Zoë and Wim run the home region, in which Noor lives; Cas coordinates the one that asks."""

    home: Region
    here: Region
    zoe: User
    wim: User
    noor: Expert
    pool: Pool

    @contextmanager
    def at_home(self) -> Iterator[None]:
        with region_scope(self.home.pk):
            yield

    @contextmanager
    def in_need(self) -> Iterator[None]:
        with region_scope(self.here.pk):
            yield


def make_neighbours(home: Region, here: Region, *, n_own: int = 0) -> Neighbours:
    with region_scope(here.pk):
        pool = make_pool(n_own)
    with region_scope(home.pk):
        make_region_profile()
        zoe = make_user("Zoë Brink", Role.COORDINATOR)
        wim = make_user("Wim Bos", Role.REGIONAL_ADMIN)
        make_area("3390", name="Overkant", longitude="4.780")
        noor = make_active_expert(
            zoe, first_name="Noor", last_name="Visser", home_area="3390", travel_radius_km=5
        )
    return Neighbours(home, here, zoe, wim, noor, pool)


def propose(two: Neighbours, terms: actions.Terms = TERMS) -> LendingGrant:
    with two.at_home():
        return actions.propose_lending(
            expert_id=two.noor.pk, borrower_id=two.here.pk, terms=terms, by=two.zoe, now=NOON
        )


def second(two: Neighbours, grant: LendingGrant) -> None:
    with two.at_home():
        waits = Approval.objects.get(subject=grant.pk, decision=Decision.PENDING)
        approvals.approve(approval_id=waits.pk, by=two.wim, now=NOON)


def agree(two: Neighbours, grant: LendingGrant, *, own_km: int = 30) -> LendingGrant:
    assert two.noor.user is not None
    with two.at_home():
        return actions.agree_to_lending(
            grant_id=grant.pk, own_km=own_km, by=two.noor.user, now=NOON
        )


def lend(two: Neighbours, terms: actions.Terms = TERMS, *, own_km: int = 30) -> LendingGrant:
    """Proposed, granted by a second person, and agreed by Noor herself."""
    grant = propose(two, terms)
    second(two, grant)
    return agree(two, grant, own_km=own_km)
