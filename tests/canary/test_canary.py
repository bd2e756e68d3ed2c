"""A marker in every sensitive field, a whole journey: each on its page, and nowhere that leaves."""

from __future__ import annotations

import pytest

from tests.canary.evidence import (
    AUDIT,
    DATABASE,
    SINKS,
    findings,
    found_in,
    telling_words,
)
from tests.canary.journey import Told
from tests.canary.markers import CONTENT, TOKENS, Canaries, sealed_by
from tests.canary.rules import (
    MUST,
    ONLY_OFFERED,
    SHOWN,
    SHOWN_NOWHERE,
    addresses,
    asks_in_the_address,
    says_more_than_ids,
    shown_wrongly,
)

# The journey's rows are committed and gone before a test begins.
pytestmark = [pytest.mark.django_db, pytest.mark.worker]
NAMES = [canary.name for canary in Canaries().all()]
# In tables a word may be the code of a kind of work; what matters there is who can be read.
READERS = sorted({who for who, _page in SHOWN} | {"other professional", "stranger"})
SAID = [sink for sink in SINKS if sink not in {AUDIT, DATABASE}]


def test_every_sealed_field_has_a_canary(told: Told) -> None:
    assert set(told.sealed) == set(sealed_by(told.canaries.all()))


def test_every_canary_was_in_its_sealed_field(told: Told) -> None:
    for label, names in sealed_by(told.canaries.all()).items():
        tokens = {one.name for one in told.tokens if one.name in told.sealed[label]}
        assert told.sealed[label] >= names - {TOKENS}
        assert tokens or label != CONTENT


@pytest.mark.parametrize("sink", SINKS)
def test_something_came_into_every_sink(told: Told, sink: str) -> None:
    assert any(piece.text.strip() for piece in told.evidence.sinks[sink])


@pytest.mark.parametrize("sink", SINKS)
def test_no_marker_is_in(told: Told, sink: str) -> None:
    found = findings(told.evidence.only(sink), told.canaries.all(), told.tokens)

    assert found == set()


@pytest.mark.parametrize("sink", SAID)
def test_no_telling_word_is_in(told: Told, sink: str) -> None:
    assert telling_words(told.evidence, [sink]) == set()


def test_all_kinds_of_links_were_opened(told: Told) -> None:
    kinds = {token.name.rpartition(" ")[2] for token in told.tokens}

    assert kinds == {"core/invitation", "core/password_reset", "matching/offer", "feed"}


@pytest.mark.parametrize("name", NAMES)
def test_every_canary_is_on_its_own_page(told: Told, name: str) -> None:
    where = {(page.who, page.name) for page, found in told.seen if name in found}

    if name in SHOWN_NOWHERE:
        assert where == set()
    elif name not in ONLY_OFFERED:
        assert MUST[name] in where


@pytest.mark.parametrize(
    "who", sorted({who for who, _page in SHOWN} | {"other professional", "stranger"})
)
def test_pages_show_what_this_reader_may_see(told: Told, who: str) -> None:
    wrong = [shown_wrongly(page, found) for page, found in told.seen if page.who == who]

    assert wrong
    assert set().union(*wrong) == set()


def test_every_rule_is_about_a_page_that_was_seen(told: Told) -> None:
    seen = {(page.who, page.name) for page in told.pages}

    assert set(SHOWN) <= seen


def test_the_secret_of_a_link_is_on_its_own_page_only(told: Told) -> None:
    by_link = {"link", "newcomer", "stranger"}
    pages = [page for page in told.pages if page.who not in by_link and page.name != "feed"]

    assert {page.label for page in pages if found_in(told.tokens, page.text)} == set()


def test_addresses_hold_ids_and_nothing_else(told: Told) -> None:
    asked = addresses(told.evidence, told.root)

    assert len(asked) > 50
    assert {one for one in asked if says_more_than_ids(one)} == set()


def test_nobody_types_words_into_an_address(told: Told) -> None:
    assert {page.label for page in told.pages if asks_in_the_address(page)} == set()


def test_a_mail_has_one_recipient(told: Told) -> None:
    assert {len(recipients) for recipients, _mail in told.mails} == {1}
