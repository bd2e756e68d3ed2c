"""Move tables: every state a thing can be in and the only moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class IllegalMove(Refusal):
    """The thing is in a state from which this move does not exist."""

    message = _("This is no longer possible: something changed in the meantime.")


@dataclass(frozen=True)
class Machine:
    """A named table of moves; `draw()` prints it as Mermaid for the documents.

    Attributes:
        name: what it is a machine of, in glossary words.
        states: every state there is, in the order of its enumeration.
        moves: state -> states that may follow.
        who: state -> who may cause entering it, in words; shown in the documents.
        movers: (state, next state) -> who may cause that one move, where that differs.
    """

    name: str
    states: tuple[str, ...]
    moves: Mapping[str, frozenset[str]]
    who: Mapping[str, str] = field(default_factory=dict)
    movers: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def require(self, old: str, new: str) -> None:
        """Raise IllegalMove unless `old` may be followed by `new`."""
        if new not in self.moves.get(old, frozenset()):
            raise IllegalMove

    def sources(self, new: str) -> list[str]:
        """The states from which `new` can be reached, for a conditional UPDATE."""
        return sorted(old for old, following in self.moves.items() if new in following)

    def draw(self) -> str:
        entered = frozenset().union(*self.moves.values())
        ends = [state for state in self.states if not self.moves.get(state)]
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {state}" for state in self.states if state not in entered]
        lines += [
            f"    {old} --> {new}{self._said(old, new)}"
            for old in self.moves
            for new in sorted(self.moves[old])
        ]
        lines += [f"    {state} --> [*]" for state in ends]
        return "\n".join(lines)

    def _said(self, old: str, new: str) -> str:
        mover = self.movers.get((old, new))
        return f": {mover}" if mover else ""


MACHINES: list[Machine] = []


def machine(
    name: str,
    moves: Mapping[Any, set[Any]],
    who: Mapping[Any, str] | None = None,
    movers: Mapping[tuple[Any, Any], str] | None = None,
) -> Machine:
    """Declare a machine and list it, so that the documents and tests find it.

    Args:
        name: what it is a machine of, in glossary words.
        moves: state -> states that may follow; the keys are members of one enumeration.
        who: state -> who may cause entering it.
        movers: (state, next state) -> who may cause that one move.
    """
    made = Machine(
        name=name,
        states=tuple(str(state) for state in type(next(iter(moves)))),
        moves={str(old): frozenset(str(n) for n in new) for old, new in moves.items()},
        who={str(state): words for state, words in (who or {}).items()},
        movers={(str(old), str(new)): words for (old, new), words in (movers or {}).items()},
    )
    MACHINES.append(made)
    return made
