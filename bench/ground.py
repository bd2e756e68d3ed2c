"""What every benchmark stands on: a region with what it agreed, and people who act."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from matching.models import PolicyVersion
from pool.vocabulary import Activity
from tests.factories.matching import make_policy
from tests.factories.people import make_user
from tests.factories.pool import make_region_profile, require_vog


@dataclass(frozen=True)
class Ground:
    """A region with what it agreed, a coordinator, and somebody who asks."""

    region: Region
    cas: User
    bram: User
    policy: PolicyVersion


@contextmanager
def new_region(**policy: Any) -> Iterator[Ground]:
    """A region of its own; the block runs in its scope, in one transaction."""
    region = Region.objects.create(code=f"B{uuid.uuid4().hex[:7]}", name="Waterstreek")
    with region_scope(region.pk):
        make_region_profile()
        for activity in (Activity.BUDDY_1ON1, Activity.AT_TABLE):
            require_vog(activity)
        yield Ground(
            region,
            make_user("Cas Verhoef", Role.COORDINATOR),
            make_user("Bram de Wit", Role.PROFESSIONAL),
            make_policy(**policy),
        )
