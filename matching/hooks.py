"""What pages of matching show of the layer above: it registers here, and we never ask who.

Sessions belong to scheduling and figures to insight, which stand on matching. Their configs hand
over one function each; until they do, pages show no sessions and no figures.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class SessionMark:
    """A session as the pages of a request show it.

    Attributes:
        state: "planned", "done" or "confirm" (something changed, somebody has to say yes).
        label: What it is called here: "first meeting".
        url: The page of the session, with check-in and check-out.
        assignment_id: Whose session it is, where it belongs to one assignment.
    """

    starts_at: datetime
    ends_at: datetime
    state: str
    label: str
    url: str
    assignment_id: UUID | None = None


# From ids of requests to the sessions of each, soonest first, in a constant number of queries.
SessionsOf = Callable[[Collection[UUID]], Mapping[UUID, Sequence[SessionMark]]]


def _no_sessions(requests: Collection[UUID]) -> Mapping[UUID, Sequence[SessionMark]]:  # noqa: ARG001
    return {}


_sessions_of: list[SessionsOf] = [_no_sessions]


def sessions_with(sessions_of: SessionsOf) -> None:
    """Let `sessions_of` tell which sessions requests have; called once, when the site starts."""
    _sessions_of[0] = sessions_of


def sessions_of(requests: Collection[UUID]) -> Mapping[UUID, Sequence[SessionMark]]:
    """The sessions of these requests, soonest first; a request without any is not in it."""
    return _sessions_of[0](requests) if requests else {}


# What stands under the coordinator's home, at a moment.
HomePart = Callable[[datetime], SafeString]


def _nothing(now: datetime) -> SafeString:  # noqa: ARG001
    return SafeString()


_home_part: list[HomePart] = [_nothing]


def home_with(part: HomePart) -> None:
    """Let `part` write what stands under the home; called once, when the site starts."""
    _home_part[0] = part


def home_part(*, now: datetime) -> SafeString:
    """What the layer above shows under the coordinator's home; it does not refresh itself."""
    return _home_part[0](now)
