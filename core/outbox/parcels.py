"""What a channel gets to hand over, and the limits that every channel keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# Each step of the talk with a provider; all of them together stay within a lease.
STEP_LIMIT = 5.0
# Between asking "still wanted?" and the last byte of the text: security.md I12.
WRITE_LIMIT = 1.0
# The answer to the text may take longer; giving up here risks a second copy.
ANSWER_LIMIT = 20.0
# The text was written and no answer came: it may have arrived, or not (security.md F13).
UNKNOWN = "unknown"
StillQueued = Callable[[], bool]


class Unreachable(Exception):
    """The provider could not be talked to at all; says nothing about the message."""


@dataclass(frozen=True)
class Parcel:
    """What a channel needs to hand a message over.

    Attributes:
        reference: the same for every copy, on every channel.
        region_id: whose message it is; a report that comes back knows no region by itself.
        n_unknown: how often it was written without an answer: so many copies may have arrived.
        may_repeat: a second copy is better than perhaps none.
        useful_for: seconds after which a provider need not deliver it any more.
    """

    reference: str
    address: str
    subject: str
    text: str
    html: str
    attachment: dict[str, str] | None
    region_id: int = 0
    n_unknown: int = 0
    may_repeat: bool = True
    useful_for: int | None = None
