"""A link opens one thing, for one purpose, for a while; its table holds no token."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from core.access import links
from core.access.models import LinkPurpose, LinkToken, Region
from core.access.scope import Unscoped, region_scope
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SECOND = timedelta(seconds=1)
SUBJECT = uuid.UUID(int=7)


def issue(region: Region, purpose: LinkPurpose = LinkPurpose.OFFER, **fields: Any) -> str:
    with region_scope(region.pk):
        return links.issue(purpose=purpose, subject=SUBJECT, now=NOON, **fields)


@pytest.mark.parametrize("issued", LinkPurpose)
@pytest.mark.parametrize("asked", LinkPurpose)
def test_a_link_opens_its_own_purpose_only(
    region: Region, issued: LinkPurpose, asked: LinkPurpose
) -> None:
    token = issue(region, issued)

    found = links.find(token, purpose=asked, now=NOON)

    assert (found is not None) == (issued == asked)
    if found:
        assert (found.region_id, found.subject) == (region.pk, SUBJECT)


@pytest.mark.parametrize(
    ("after", "lives"), [(-SECOND, True), (timedelta(0), False), (SECOND, False)]
)
def test_a_link_lives_until_its_end(region: Region, after: timedelta, *, lives: bool) -> None:
    end = NOON + timedelta(hours=1)
    token = issue(region, expires_at=end)

    found = links.find(token, purpose=LinkPurpose.OFFER, now=end + after)

    assert (found is not None) == lives


def test_a_revoked_link_is_dead_at_once_and_others_live(region: Region) -> None:
    token, other = issue(region), issue(region, LinkPurpose.FEED)

    revoked = links.revoke(purpose=LinkPurpose.OFFER, subject=SUBJECT, now=NOON)

    assert revoked == 1
    assert links.find(token, purpose=LinkPurpose.OFFER, now=NOON) is None
    assert links.find(other, purpose=LinkPurpose.FEED, now=NOON) is not None


def test_the_table_holds_a_hash_and_no_token(region: Region) -> None:
    token = issue(region)

    digest = bytes(LinkToken.objects.get().digest)

    assert len(digest) == 32
    assert token.encode() not in digest
    assert links.find(digest.hex(), purpose=LinkPurpose.OFFER, now=NOON) is None


def test_tokens_are_long_and_never_the_same(region: Region) -> None:
    tokens = {issue(region) for _number in range(20)}

    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}  # 256 bits


def test_a_link_without_a_region_is_a_bug() -> None:
    with pytest.raises(Unscoped):
        links.issue(purpose=LinkPurpose.OFFER, subject=SUBJECT, now=NOON)


def test_an_address_is_absolute(settings: Any) -> None:
    settings.ROOT_URLCONF, settings.BASE_URL = "tests.core.web", "https://naast.example"

    assert links.url("by-link", "x" * 43) == f"https://naast.example/v/{'x' * 43}"
