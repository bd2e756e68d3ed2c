"""Through which agreement a look at somebody goes; the layer that knows agreements tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from core.access.models import User
from core.access.scope import region_or_none

# Whom it is about, and who looks -> the agreement of each who is looked at through one.
Through = Callable[[Collection[UUID], User | None], Mapping[UUID, UUID]]


def _nothing(subjects: Collection[UUID], by: User | None) -> Mapping[UUID, UUID]:  # noqa: ARG001
    return {}


_through: list[Through] = [_nothing]


def lent_with(through: Through) -> None:
    """Let `through` tell; called once, when the site starts."""
    _through[0] = through


def lent_through(subject: UUID, by: User | None) -> UUID | None:
    """The agreement through which `by` looks at `subject` in this region, if it is one."""
    return _told([subject], by).get(subject)


def by_agreement(subjects: Collection[UUID], by: User | None) -> dict[UUID | None, list[UUID]]:
    """These subjects by the agreement through which `by` looks; None for the own region's.

    Nobody at all is one group as well.
    """
    found = _told(subjects, by)
    groups: dict[UUID | None, list[UUID]] = defaultdict(list)
    for one in subjects:
        groups[found.get(one)].append(one)
    return dict(groups) or {None: []}


def _told(subjects: Collection[UUID], by: User | None) -> Mapping[UUID, UUID]:
    if not subjects or region_or_none() is None:
        return {}
    return _through[0](subjects, by)
