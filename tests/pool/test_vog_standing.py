"""How a VOG stands, lived through day by day: the table holds every move, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from pool.rules import Papers
from pool.rules import vog as rules
from pool.states import VOG_STANDING, VogStanding

DAY = timedelta(days=1)
FIRST, LAST = date(2024, 1, 1), date(2032, 12, 31)
NOTHING = Papers(None, None, frozenset(), frozenset(), has_training=False)
Move = tuple[str, str]


def standing(papers: Papers, today: date, *, needs: bool) -> str:
    """As the page says it: `pool.queries.vog.standing_of`, without its tables."""
    none_seen = VogStanding.NEEDED if needs else VogStanding.NOT_REQUIRED
    return rules.standing(papers, today=today) or none_seen


def life(dice: Random) -> set[Move]:
    """The moves of one expert: work that is chosen and dropped, papers that are shown or asked."""
    papers, needs, today = NOTHING, dice.random() < 0.5, FIRST + dice.randrange(900) * DAY
    moves, before = set(), standing(NOTHING, today, needs=needs)
    while today < LAST:
        match dice.randrange(400):
            case 0 | 1:
                needs = not needs
            case 2 | 3 | 4:
                papers = shown(papers, today, dice)
            case 5 if papers.vog_issue is not None:
                papers = replace(papers, vog_asked_again=True)
            case _:
                today += DAY
        now = standing(papers, today, needs=needs)
        if now != before:
            moves.add((before, now))
        before = now
    return moves


def shown(papers: Papers, today: date, dice: Random) -> Papers:
    """A VOG that counts at least as long as the one before it; a first one may be old."""
    shortest = 1 if papers.vog_issue else -60
    until = today + dice.choice((dice.randrange(shortest, 90), 1096)) * DAY
    last = papers.vog_valid_until or until
    return replace(NOTHING, vog_issue=today, vog_valid_until=max(until, last))


def test_lives_make_every_move_of_the_table_and_no_other() -> None:
    dice = Random(2026)  # noqa: S311

    lived = {move for _life in range(300) for move in life(dice)}

    assert lived == {(old, new) for old, news in VOG_STANDING.moves.items() for new in news}
