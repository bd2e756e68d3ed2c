"""Nothing is kept: every regional table names its clock, and the purge reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q


@dataclass(frozen=True)
class Keep:
    """How long rows of a table live (domain.md 8.5).

    Attributes:
        clock: name of the moment from which the term runs, or None.
        term: how long after that moment a row is purged.
        follows: name of the key whose row this one is purged with, or None.
        why: the rule in words, for the public list.
        by_worker: the application may not delete these rows; the worker's own policy may.
    """

    why: str
    clock: str | None = None
    term: timedelta | None = None
    follows: str | None = None
    by_worker: bool = False

    @classmethod
    def after(cls, clock: str, term: timedelta, why: str, *, by_worker: bool = False) -> Keep:
        """Purged `term` after `clock`; rows whose clock is empty stay."""
        return cls(why=why, clock=clock, term=term, by_worker=by_worker)

    def past(self, *, now: datetime) -> Q:
        """The rows of a table with a clock whose time is up at `now`."""
        if self.clock is None or self.term is None:
            raise ValueError("this table has no clock of its own")
        return Q(**{f"{self.clock}__lt": now - self.term})

    @classmethod
    def with_parent(cls, follows: str) -> Keep:
        """Purged together with the row that `follows` points at."""
        return cls(why=f"with its {follows}", follows=follows)

    @classmethod
    def while_in_use(cls, why: str) -> Keep:
        """Reference rows about no person; changed by people, not by a clock."""
        return cls(why=why)


# Tables that a library makes for us, and the clock we give them.
HISTORY = Keep.after("pgh_created_at", timedelta(days=183), "history six months, as the row itself")
