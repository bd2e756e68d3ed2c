"""Orders to die: a file per order, which the first process that comes by takes and obeys.

Used from both sides, so it knows nothing of Django.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

POINTS = {
    "before_claim": "before the claim",
    "after_claim": "after the claim's commit",
    "before_connect": "before connecting to the mail server",
    "after_ehlo": "after EHLO",
    "after_text": "after the text, before its last dot",
    "after_accept": "after the provider's yes",
    "before_mark": "in the finishing transaction, before the mark",
    "after_mark": "after the mark's commit",
    "in_audit": "in the write of the audit row",
    "in_next_step": "in the write of the next step",
    "in_retry": "in the write of the retry",
    "idle": "idle",
}
IN_WEB = "in_web"
# A row that saw five deaths in a row counts as one that kills its worker, and is given up. That is
# right, and not what is proven here: after so many its next holder is spared.
MOST_PER_ROW = 3
# Between the provider's yes and the commit of the mark nobody can know both: one copy more.
WINDOW = frozenset({"after_accept", "before_mark"})


@dataclass(frozen=True)
class Death:
    """What a process wrote down before it died.

    Attributes:
        point: where.
        at: when, on the clock of the machine.
        in_hand: the subject of the row that it was busy with; empty when it was with none.
        held: ids of the rows that it had leased and not ended.
    """

    point: str
    at: datetime
    in_hand: str
    held: tuple[int, ...]


class Orders:
    """A folder of orders that wait and one of orders that were obeyed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waiting = folder / "waiting"
        self.obeyed = folder / "obeyed"
        self._n_given = 0
        self._is_whole = False

    @classmethod
    def prepare(cls, folder: Path) -> Orders:
        """Makes the folders, empty."""
        orders = cls(folder)
        for point in (*POINTS, IN_WEB):
            (orders.waiting / point).mkdir(parents=True)
        orders.obeyed.mkdir()
        return orders

    def give(self, point: str, *, whole: bool) -> None:
        """Let the next process at `point` die; with `whole`, its whole worker dies with it."""
        self._n_given += 1
        name = f"{self._n_given:05}.{'worker' if whole else 'process'}"
        (self.waiting / point / name).touch()

    def obey(self, point: str, *, in_hand: str, held: Sequence[int]) -> bool:
        """Whether there is an order for this point; it is taken, and written down as obeyed."""
        for name in os.listdir(self.waiting / point):  # noqa: PTH208  (many times a second)
            if in_hand and self._n_deaths_with(in_hand) >= MOST_PER_ROW:
                return False
            taken = self.folder / f"{point}.{name}"
            try:
                (self.waiting / point / name).rename(taken)
            except FileNotFoundError:
                continue  # another process was first
            death = Death(point, datetime.now(UTC), in_hand, tuple(held))
            taken.write_text(json.dumps(asdict(death), default=str))
            taken.rename(self.obeyed / taken.name)
            self._is_whole = name.endswith("worker")
            return True
        return False

    def _n_deaths_with(self, in_hand: str) -> int:
        return sum(death.in_hand == in_hand for death in self.deaths())

    def die(self) -> None:
        """The end: no handler, no `finally`, no goodbye."""
        os.kill(-os.getpgrp() if self._is_whole else os.getpid(), signal.SIGKILL)

    def points_waiting(self) -> set[str]:
        """Points with an order that nobody has taken."""
        return {order.parent.name for order in self.waiting.glob("*/*")}

    def deaths(self) -> list[Death]:
        """Everybody who died on order, in the order of the orders."""
        found = []
        for note in sorted(self.obeyed.iterdir(), key=lambda path: path.name.split(".")[1]):
            facts = json.loads(note.read_text())
            facts |= {"at": datetime.fromisoformat(facts["at"]), "held": tuple(facts["held"])}
            found.append(Death(**facts))
        return found

    def cancel(self) -> int:
        """Take back what nobody has obeyed. Returns how many orders that were."""
        left = list(self.waiting.glob("*/*"))
        for order in left:
            order.unlink(missing_ok=True)
        return len(left)
