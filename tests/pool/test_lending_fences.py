"""By what somebody is judged at home, somebody who is lent is judged too."""

from __future__ import annotations

import re

import pytest

from pool.queries.candidates import QUESTION
from tests.core.parts import sql

# What speaks neither for nor against anybody where it is missing elsewhere.
LEFT_OUT = {
    "pool_area": "geography, about no person",
    "pool_lifeexperience": "shown by audience at home; matching elsewhere does without",
    "pool_specialism": "points only, and shown by audience at home",
    "pool_switchedoff": "words that the home region does not use, about no person",
    "pool_excludedorganisation": "names organisations of the home region, where no other works",
}


def judged_by(question: str) -> set[str]:
    return set(re.findall(r"\b((?:pool|matching|scheduling)_[a-z]+)\b", question))


def shown_when_lent() -> set[str]:
    return {name for (name,) in sql("SELECT tablename FROM pg_policies WHERE policyname = 'lent'")}


@pytest.mark.django_db
@pytest.mark.database
def test_every_fact_by_which_somebody_is_judged_is_shown_of_who_is_lent() -> None:
    missing = judged_by(QUESTION) - shown_when_lent() - LEFT_OUT.keys()

    assert missing == set(), "fence it with pool.fences.lent_facts in its migration"


@pytest.mark.django_db
def test_a_fact_that_is_hidden_would_be_found() -> None:
    asks_more = f"{QUESTION} AND NOT EXISTS (SELECT FROM pool_mood)"

    assert judged_by(asks_more) - shown_when_lent() - LEFT_OUT.keys() == {"pool_mood"}
