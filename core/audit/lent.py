"""Through which agreement a look at somebody goes; the layer that knows agreements tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from core.access.models import User
from core.access.scope import region_or_none, shelf
from core.audit.whence import request_id


@dataclass(frozen=True)
class Lent:
    """The agreements by which people are lent to this region.

    Attributes:
        of: who is lent -> the agreement.
        own: the agreement of the one who looks, if that person is lent here.
    """

    of: Mapping[UUID, UUID] = field(default_factory=dict)
    own: UUID | None = None

    def through(self, subject: UUID) -> UUID | None:
        """The agreement through which this one is looked at."""
        return self.own or self.of.get(subject)


def _nobody(by: User | None) -> Lent:  # noqa: ARG001
    return Lent()


_tells: list[Callable[[User | None], Lent]] = [_nobody]


def lent_with(tells: Callable[[User | None], Lent]) -> None:
    """Let `tells` say who is lent here; called once, when the site starts."""
    _tells[0] = tells


def lent_through(subject: UUID, by: User | None) -> UUID | None:
    """The agreement through which `by` looks at `subject` in this region, if it is one.

    Somebody who is lent here is looked at through one; and whatever a person who is lent here
    looks at, a case as well, that person sees through the own one.
    """
    return _lent(by).through(subject)


def by_agreement(subjects: Collection[UUID], by: User | None) -> dict[UUID | None, list[UUID]]:
    """These subjects by the agreement through which `by` looks; None for the own region's.

    Nobody at all is one group as well.
    """
    lent = _lent(by) if subjects else Lent()
    groups: dict[UUID | None, list[UUID]] = defaultdict(list)
    for one in subjects:
        groups[lent.through(one)].append(one)
    return dict(groups) or {None: []}


def _lent(by: User | None) -> Lent:
    """Asked once in a request, however many lines it writes."""
    if region_or_none() is None:
        return Lent()
    if request_id.get() is None:
        return _tells[0](by)
    key = f"audit.lent:{request_id.get()}:{by.pk if by else ''}"
    kept = shelf()
    if key not in kept:
        kept[key] = _tells[0](by)
    found: Lent = kept[key]
    return found
