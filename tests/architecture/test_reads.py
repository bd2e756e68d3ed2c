"""Every page that shows somebody leaves a line in the log, and says itself whom it shows.

All addresses are asked, as everybody, whole and as the part that refreshes itself. Who stands on
the page is found by a name or a number that is nobody else's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access import scope
from core.access.models import Membership, Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from matching.models import Seat
from pool.actions.consent import ask_correction
from pool.models import CorrectionField
from scheduling import actions as scheduling
from tests.architecture.test_matrix import Address, addresses
from tests.conftest import NOON
from tests.factories.matching import DAY, HOUR, ask, file_request, make_matched, make_pool
from tests.factories.people import client_as, make_user

AT = NOON + 2 * HOUR
# Pages with another path into them than an id of ours; each says where it is looked at instead.
ELSEWHERE = {
    "matching:offer-link": "a link without a person; logged as offer.opened",
    "core:invitation": "a link without a person; shows the invited one's own address",
    "scheduling:feed": "a link; hours without names",
}


@dataclass
class Stage:
    """A region in which something of everything is there, and who looks at it."""

    people: dict[str, User]
    markers: dict[UUID, tuple[str, ...]]
    ids: dict[str, list[Any]]


@pytest.fixture
def stage(region: Region) -> Iterator[Stage]:
    with time_machine.travel(AT, tick=False), region_scope(region.pk):
        yield build()


def build() -> Stage:
    pool = make_pool(3)
    for place, expert in enumerate(pool.experts):
        expert.last_name, expert.phone = f"Zwaluwnest{place}", f"06 7777 000{place}"
        expert.save()
    request, assignment = make_matched(pool, case_reference="KENMERK-7788")
    waiting = file_request(pool)
    offer = ask(pool, waiting, pool.experts[1])
    session = scheduling.plan_session(
        assignment_id=assignment.pk,
        kind="PHONE",
        start=NOON + 2 * DAY,
        end=NOON + 2 * DAY + HOUR,
        by=pool.bram,
        now=NOON + HOUR,
        with_professional=True,
    )
    ada = pool.experts[0]
    ada.user = make_user("Ada", Role.EXPERT)
    ada.save()
    User.objects.filter(pk=ada.user.pk).update(name="")
    correction = ask_correction(
        expert_id=ada.pk, field=CorrectionField.NAME, wish="Ada", by=ada.user, now=NOON
    )
    people = {
        "expert": ada.user,
        "professional": pool.bram,
        "coordinator": pool.cas,
        "admin": make_user("Fer Admiraal", Role.REGIONAL_ADMIN),
        "auditor": make_user("Gea Auditor", Role.AUDITOR),
    }
    markers: dict[UUID, tuple[str, ...]] = {
        one.pk: (one.last_name, one.phone, one.email) for one in pool.experts
    }
    for one in (request, waiting):
        markers[one.case_id] = (one.number,)
    ids: dict[str, list[Any]] = {
        "expert_id": [ada.pk, pool.experts[1].pk],
        "pk": [request.pk, waiting.pk, assignment.pk, offer.pk],
        "session_id": [session.pk],
        "request_id": [request.pk],
        "seat": [Seat.objects.filter(request=waiting)[0].pk],
        "expert": [ada.pk],
        "membership_id": [Membership.objects.get(user=pool.bram).pk],
        "organisation_id": [pool.office.pk],
        "correction_id": [correction.pk],
        "step": [1],
        "kind": ["screening", "training", "agreement"],
        "activity": ["BUDDY_1ON1"],
        "host_kind": ["LOCAL_TEAM"],
        "code": ["G1"],
    }
    return Stage(people, markers, ids)


def paths(address: Address, stage: Stage) -> list[str]:
    """The addresses to look at, with ids of the stage; what the stage lacks stays as it was."""
    names = [name for name, _value in address.samples]
    choices = [stage.ids.get(name, [value]) for name, value in address.samples]
    return [
        reverse(address.name, kwargs=dict(zip(names, values, strict=True)))
        for values in itertools.islice(itertools.product(*choices), 8)
    ]


@pytest.mark.django_db(databases=["default", "denials"])
def test_every_page_that_shows_somebody_leaves_a_line(stage: Stage, region: Region) -> None:
    unlogged, n_shown = set(), 0
    for who, user in stage.people.items():
        browser = client_as(user)
        for address in addresses():
            if address.name in ELSEWHERE or not address.allowed or address.name.startswith("demo:"):
                continue
            for path in paths(address, stage):
                for headers in ({}, {"HX-Request": "true"}):
                    found = look(browser, path, headers, stage, region)
                    if found is None:
                        continue
                    shown, logged, _events = found
                    n_shown += len(shown)
                    if shown - logged:
                        unlogged.add((who, address.name, bool(headers)))

    assert unlogged == set(), "somebody stands on this page without a line in the log"
    assert n_shown > 50


def look(
    browser: Client, path: str, headers: dict[str, str], stage: Stage, region: Region
) -> tuple[set[UUID], set[UUID], set[str]] | None:
    """Who stands on the page, who is in the lines it left, and the names of those lines."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with outside():
        answer = browser.get(path, headers=headers)
    with region_scope(region.pk):
        fresh = list(AuditEntry.objects.filter(pk__gt=last))
        # A part that refreshes itself is covered by the line of a short while ago.
        covering = AuditEntry.objects.all() if headers else fresh
        logged = {one for line in covering for one in [line.subject, *(line.subjects or [])] if one}
    if answer.status_code != 200:
        return None
    text = answer.content.decode()
    shown = {
        subject for subject, words in stage.markers.items() if any(word in text for word in words)
    }
    return shown, logged, {line.event for line in fresh}


def outside() -> Any:
    """Ask as a browser does: outside the scope of the test, so that each visit has its own."""

    class Outside:
        def __enter__(self) -> None:
            self.region = scope._region.set(None)
            self.shelf = scope._shelf.set(None)

        def __exit__(self, *_error: object) -> None:
            scope._region.reset(self.region)
            scope._shelf.reset(self.shelf)

    return Outside()
