"""Crawling every page of a region, with somebody in another region and without.

Whoever is there is written inside a savepoint that is taken back, so that both crawls look at the
same rows of the own region.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter

from core.access import links
from core.access.models import LinkPurpose, Organisation, Region, Role, User
from core.access.scope import region_scope
from matching.models import Assignment, Offer, Request, Seat
from pool.models import Expert
from scheduling import actions as scheduling
from scheduling.models import Session, SessionRole
from tests.conftest import NOON
from tests.factories.matching import DAY, HOUR, Pool, ask, file_request, make_matched, make_pool
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert, make_region_profile

# Not of a region, made for the demo or machines, or the login itself.
ELSEWHERE = re.compile(
    r"^/(accounts|demo|static|healthz|readyz|onderdelen|agenda/x|v/|uitnodiging/)"
)
CHANGES = re.compile(
    r'(csrfmiddlewaretoken" value="|X-CSRFToken": "|nonce="|nonce-|form_key" value=")[^"\']+'
    r"|(?<=/agenda/)[\w-]{43}(?=\.ics)"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
NAME, SURNAME, EMAIL, AREA = "Bea", "Zilverlinde", "bea.zilver@voorbeeld.example", "3340"
ROLES = frozenset(str(role) for role in Role)
IN_ORDER = (
    Role.EXPERT,
    Role.PROFESSIONAL,
    Role.COORDINATOR,
    Role.REGIONAL_ADMIN,
    Role.AUDITOR,
)
Seen = dict[str, tuple[int, str, int]]
Ask = tuple[str, str, dict[str, Any]]


@dataclass
class Here:
    """A region with something of everything, and one person in each role."""

    pool: Pool
    people: dict[str, User]
    roles: dict[str, str]
    office: Organisation
    request: Request
    work: Assignment
    offer: Offer
    seat: Seat
    session: Session
    links: tuple[str, ...]

    @property
    def offer_request(self) -> UUID:
        return self.seat.request_id

    def client(self, role: str) -> Client:
        """Somebody signed in, or anybody with what is in a mailbox."""
        return client_as(self.people[role]) if role in self.people else Client()

    def own(self) -> dict[str, UUID]:
        """For the beginning of an address, the id that opens something here."""
        return {
            "/aanvragen/": self.request.pk,
            "/werk/": self.work.pk,
            "/vragen/": self.offer.pk,
            "/afspraken/deel/": scheduling_role(self.session),
            "/afspraken/": self.session.pk,
            "/pool/": self.pool.experts[0].pk,
        }


def scheduling_role(session: Session) -> UUID:
    found: UUID = SessionRole.objects.filter(session=session).order_by("kind", "pk")[0].pk
    return found


def make_here(region: Region) -> Here:
    with region_scope(region.pk):
        pool = make_pool(2)
        request, work = make_matched(pool)
        waiting = file_request(pool)
        offer = ask(pool, waiting, pool.experts[1])
        session = scheduling.plan_session(
            assignment_id=work.pk,
            kind="PHONE",
            start=NOON + 2 * DAY,
            end=NOON + 2 * DAY + HOUR,
            by=pool.cas,
            now=NOON + HOUR,
            with_professional=True,
        )
        ada = work.expert.user
        assert ada is not None
        token = links.issue(
            purpose=LinkPurpose.OFFER, subject=offer.pk, now=NOON, expires_at=offer.deadline_at
        )
        feed = scheduling.rotate_feed(ada, now=NOON)
        people = {
            "expert": ada,
            "professional": pool.bram,
            "coordinator": pool.cas,
            "admin": make_user("Fer Admiraal", Role.REGIONAL_ADMIN),
            "auditor": make_user("Gea Auditor", Role.AUDITOR),
        }
        seat = Seat.objects.filter(request=waiting)[0]
        return Here(
            pool,
            people,
            dict(zip(people, (str(role) for role in IN_ORDER), strict=True)),
            pool.office,
            request,
            work,
            offer,
            seat,
            session,
            (f"/v/{token}/", f"/agenda/{feed}.ics", "/v/nobody-has-this/", "/uitnodiging/nobody"),
        )


def make_other(other_region: Region) -> User:
    """The other region, with somebody who coordinates and nobody in its pool."""
    with region_scope(other_region.pk):
        make_region_profile()
        return make_user("Dik Anders", Role.COORDINATOR)


def somebody_there(other_region: Region, coordinator: User) -> Expert:
    """Living where people of the own pool live, with papers, hours and an account."""
    with region_scope(other_region.pk):
        there = make_active_expert(
            coordinator, first_name=NAME, last_name=SURNAME, email=EMAIL, home_area=AREA
        )
        assert there.user is not None
        User.objects.filter(pk=there.user.pk).update(email=EMAIL)
        return there


Address = tuple[str, Any, frozenset[str]]


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[Address]:
    """Every address of the site, with what its parts are and whom its view lets in."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(getattr(one.pattern, "_route", ""))
        if isinstance(one, URLResolver):
            yield from addresses(one, route)
        elif isinstance(one, URLPattern):
            allowed: frozenset[str] = getattr(one.callback, "allowed", frozenset())
            yield route, one.pattern.converters, allowed


def filled(who: UUID, own: dict[str, UUID], role: str) -> Iterator[str]:
    """Addresses with `who` where they take an id, and once more with an own id where they can.

    Of those that turn this role away before they look at anything, every eighth.
    """
    turned_away = 0
    for route, converters, allowed in addresses():
        if allowed <= ROLES and role not in allowed:
            turned_away += 1
            if turned_away % 8:
                continue
        mine = next((pk for start, pk in own.items() if route.startswith(start)), who)
        for pk in dict.fromkeys((who, mine)):
            path = route
            for name, converter in converters.items():
                kinds: dict[type, str] = {
                    UUIDConverter: str(pk),
                    IntConverter: "1",
                    SlugConverter: "vog",
                    StringConverter: "G1",
                }
                path = re.sub(rf"<(\w+:)?{name}>", kinds.get(type(converter), "x"), path)
            if not ELSEWHERE.match(path) and "<" not in path and "(" not in path:
                yield path


def asks(here: Here, who: UUID, other_region: Region) -> list[Ask]:
    """Whatever a role sends with words in it: filters, searches, forms that judge what is typed."""
    person = {
        "first_name": NAME,
        "last_name": SURNAME,
        "phone": "06 8765 4321",
        "email": EMAIL,
        "coordinator": str(here.pool.cas.pk),
        "home_area": AREA,
        "travel_radius_km": "15",
        "max_running": "2",
        "max_per_week": "4",
        "activities": ["BUDDY_1ON1"],
        "language_0": "nl",
        "level_0": "NATIVE",
    }
    invited = {"role": "PROFESSIONAL", "name": f"{NAME} {SURNAME}", "email": EMAIL}
    lent = {
        "region": str(other_region.pk),
        "expert": str(who),
        "activities": ["BUDDY_1ON1"],
        "starts_on": "2026-03-01",
        "ends_on": "2026-06-30",
        "max_km": "40",
        "most_running": "1",
    }
    typed: list[Ask] = [
        ("post", "/pool/", {"q": SURNAME}),
        ("post", "/pool/", {"area": AREA, "within_km": "50", "activity": "BUDDY_1ON1"}),
        ("post", "/pool/nieuw/", person),
        ("post", f"/pool/{here.pool.experts[0].pk}/wijzigen/", person),
        ("post", "/mensen/nieuw/", invited | {"organisation": str(here.office.pk)}),
        ("post", "/pool/uitlenen/voorstellen/", lent),
        ("post", "/pool/uitlenen/vragen/", lent),
        ("post", f"/aanvragen/{here.offer_request}/vraag/{here.seat.pk}/{who}/", {}),
        ("post", f"/aanvragen/{here.offer_request}/zoek/", {}),
        ("post", "/toezicht/", {"about": str(who)}),
        ("get", "/aanvragen/", {"over": "1"}),
        ("get", "/agenda/", {"vanaf": "2026-03-09"}),
        ("get", "/pool/uitlenen/voorstellen/", {"vraag": str(who)}),
        ("post", "/ik/lijst/", {"kind": "PERSON", "name": f"{NAME} {SURNAME}"}),
        ("post", "/mensen/nieuw/", {}),
    ]
    return typed


def crawl(client: Client, steps: Iterable[Ask], who: UUID) -> Seen:
    """Take every step from the same rows; what it changed is taken back."""
    seen: Seen = {}
    signed_in = {name: one.value for name, one in client.cookies.items()}
    for number, (method, path, data) in enumerate(steps):
        # A page that signs out takes nobody else along.
        client.cookies = SimpleCookie(signed_in)
        asked: list[str] = []

        def count(run: Any, *rest: Any, asked: list[str] = asked) -> Any:
            asked.append(rest[0])
            return run(*rest)

        with transaction.atomic(), connection.execute_wrapper(count):
            answer = getattr(client, method)(path, data)
            transaction.set_rollback(True)
        body = CHANGES.sub("*", answer.content.decode(errors="replace"))
        seen[f"{number} {method} {path.replace(str(who), '*')}"] = (
            answer.status_code,
            body + CHANGES.sub("*", str(answer.headers.get("Location", ""))),
            len(asked),
        )
    return seen


def all_steps(here: Here, role: str, who: UUID, region: Region, other_region: Region) -> list[Ask]:
    if role not in here.people:
        answer = {"act": "answer", "answer": "yes", "conflict": "NO_CONFLICT"}
        return [
            *(("get", path, {}) for path in here.links),
            *(("post", path, answer) for path in here.links),
            *(("get", path, {}) for path in ("/", "/pool/", f"/pool/{who}/", "/vandaag/")),
        ]
    with region_scope(region.pk):
        found = set(filled(who, here.own(), here.roles[role]))
    paths = sorted(found, key=lambda one: one.replace(str(who), "*"))
    return [
        *((method, path, {}) for path in paths for method in ("get", "post")),
        *asks(here, who, other_region),
    ]


def traces(
    here: Here,
    role: str,
    *,
    region: Region,
    other_region: Region,
    only: Iterable[Ask] | None = None,
) -> tuple[list[str], Seen]:
    """Steps of which the answer differs by whether somebody is there, and all answers without.

    Status, body and number of queries. The crawl with somebody comes first, with cold caches;
    what differs from the one without is asked a third time, when they are warm.
    """
    client, nobody, dik = here.client(role), uuid4(), make_other(other_region)

    def steps(who: UUID) -> list[Ask]:
        return list(only) if only else all_steps(here, role, who, region, other_region)

    with transaction.atomic():
        there = somebody_there(other_region, dik)
        with_her = crawl(client, steps(there.pk), there.pk)
        transaction.set_rollback(True)
    without = crawl(client, steps(nobody), nobody)
    assert with_her.keys() == without.keys()
    doubted = [key for key in without if with_her[key] != without[key]]
    if not doubted:
        return [], without
    with transaction.atomic():
        there = somebody_there(other_region, dik)
        numbers = {int(key.partition(" ")[0]) for key in doubted}
        chosen = [one for number, one in enumerate(steps(there.pk)) if number in numbers]
        again = crawl(client, chosen, there.pk)
        transaction.set_rollback(True)
    pairs = zip(doubted, again.values(), strict=True)
    return [key for key, answer in pairs if answer != without[key]], without
