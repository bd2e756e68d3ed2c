"""When the first talks may end with a yes.

Codes are written as text, so that these rules know no framework; a test compares them with the
vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping

# Whoever still has this going on is not put beside somebody in the same (domain.md 5.3).
NEVER_OPEN = "NOTHING_RUNS"
# What may still grow while somebody learns, or with the first assignments.
MAY_GROW = frozenset({"NETWORK", "SIGNALS"})


def stands_in_the_way(answers: Mapping[str, str], outcome: str) -> list[str]:
    """Topics that keep the talks from ending with this outcome, in their own order.

    Args:
        answers: topic -> YES, NOT_YET or OPEN; every topic once.
        outcome: TRAIN asks that all was talked about; START also that all is yes, but for what
            may grow. KNOWN asks that nothing is known to run. Every other outcome asks nothing.
    """
    if outcome == "KNOWN":
        return [NEVER_OPEN] if answers.get(NEVER_OPEN) == "NOT_YET" else []
    if outcome not in {"TRAIN", "START"}:
        return []
    return [topic for topic, answer in answers.items() if not _is_enough(topic, answer, outcome)]


def _is_enough(topic: str, answer: str, outcome: str) -> bool:
    if answer == "YES":
        return True
    if answer == "OPEN" or topic == NEVER_OPEN:
        return False
    return outcome == "TRAIN" or topic in MAY_GROW
