"""Scanners of mail at the link of an offer: twelve ways, and none of them answers for a person.

Eleven change nothing. The one that fills in forms at random is not heard where it also fills in
what nobody can see. One that sees as people do is heard; what it said can be taken back.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from psycopg import sql

from core.access.models import Region
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.outbox import Channel
from core.outbox.models import Message
from matching import actions
from matching.models import Assignment, Offer
from matching.states import OfferState
from tests.conftest import NOON, as_owner
from tests.factories.matching import DAY, Pool, accept, decline, file_request, make_pool
from tests.factories.matching import seat_of as open_seat
from tests.journeys import bots
from tests.journeys.fetching import Fetcher
from tests.journeys.stack import Stack, running_stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TABLE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "scanners.md"
# By which message, and what a person answered before.
LINKS = ((Channel.EMAIL, ""), (Channel.SMS, ""), (Channel.EMAIL, "yes"), (Channel.EMAIL, "no"))
FLAGGED_AT_LEAST = 0.95
FLAGS = ("offer.answered_by_machine", "offer.answered_both_ways")
AT_RANDOM = "submits a random choice"
IN_A_BROWSER = "submits a random choice, in a browser"
AS_PEOPLE = "the same, and sees only what people see"
# What a person may be shown of a matter only after signing in.
DETAILS = re.compile("Kade|Bram|Fatima|088 000 234")


@dataclass
class Found:
    """What became of the links that one bot was given."""

    tries: int = 0
    accepts: int = 0
    declines: int = 0
    changes: int = 0
    flagged: int = 0
    to_undo: int = 0
    undone: int = 0
    leaks: int = 0

    @property
    def is_harmless(self) -> bool:
        return not (self.accepts or self.declines or self.changes)


@dataclass
class Ground:
    """A running Naast, a browser, and as many offers as there are bots."""

    stack: Stack
    browser: Browser
    region: Region
    pool: Pool = field(init=False)
    ahead: timedelta = field(init=False)

    def __post_init__(self) -> None:
        self.ahead = NOON - datetime.now(UTC)
        with region_scope(self.region.pk):
            self.pool = make_pool(1)
            expert = self.pool.experts[0]
            expert.max_running = 10_000
            expert.save(update_fields=["max_running"])

    def wait(self, seconds: float) -> None:
        """Move the clock on; what passes really, passes there too."""
        self.ahead += timedelta(seconds=seconds)
        self.stack.travel(self.now())

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def offer(self, channel: str, said: str = "") -> tuple[UUID, str]:
        """A question of its own and the link as it stands in its message; perhaps answered."""
        # Minutes on, so that no visits of before are counted.
        self.wait(120)
        now = self.now()
        with region_scope(self.region.pk):
            request = file_request(self.pool, measure=None, now=now)
            actions.start_wave(
                seat_id=open_seat(request).pk, by=self.pool.cas, now=now, deadline_at=now + 2 * DAY
            )
            offer = Offer.objects.get(seat__request=request)
            message = Message.objects.get(
                about=offer.pk, channel=channel, template="matching/offer"
            )
            if said == "yes":
                accept(offer, now=now)
            elif said == "no":
                decline(offer, now=now)
            found = re.search(r"/v/[\w-]+/", message.content["text"])
        assert found is not None  # noqa: S101  (every such message has a link)
        return offer.pk, self.stack.url + found.group()

    def errand(
        self, url: str, seed: int = 1, patience: tuple[float, ...] = bots.PATIENCE
    ) -> bots.Errand:
        rng = random.Random(seed)
        return bots.Errand(url, self.browser, self.wait, rng, patience)

    def state(self, offer_id: UUID) -> str:
        with region_scope(self.region.pk):
            return Offer.objects.get(pk=offer_id).state

    def is_flagged(self, offer_id: UUID) -> bool:
        with region_scope(self.region.pk):
            rows = AuditEntry.objects.filter(event__in=FLAGS, target__endswith=str(offer_id))
            return rows.exists()


def checksums(region: Region) -> Mapping[str, str]:
    """A fingerprint of every table, but for counted visits and when an offer was first opened."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('naast.region_id', %s, false)", [str(region.pk)])
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = sorted({name for (name,) in cursor.fetchall()} - {"core_ratebucket"})
        each = sql.SQL(
            "SELECT {}, md5(string_agg((to_jsonb(t) - 'opened_at')::text, '|'"
            " ORDER BY (to_jsonb(t) - 'opened_at')::text)) FROM {} t"
        )
        queries = [each.format(sql.Literal(name), sql.Identifier(name)) for name in names]
        cursor.execute(sql.SQL(" UNION ALL ").join(queries))
        return {name: str(digest) for name, digest in cursor.fetchall()}


def visit(
    ground: Ground,
    bot: bots.Bot,
    *,
    links: Sequence[tuple[str, str]] = LINKS,
    patience: tuple[float, ...] = bots.PATIENCE,
    short: bool = False,
) -> Found:
    """Send a bot to open questions, by each channel, and to questions that a person answered."""
    found = Found()
    for channel, said in links:
        offer_id, url = ground.offer(channel, said)
        before, stood = checksums(ground.region), ground.state(offer_id)
        # The longest patience gets furthest; the twins also see the shortest.
        bot(ground.errand(url, patience=patience[-1:] if short else patience))
        stands = ground.state(offer_id)
        found.tries += 1
        found.changes += checksums(ground.region) != before
        found.accepts += stands != stood and stands == OfferState.ACCEPTED
        found.declines += stands != stood and stands in {OfferState.DECLINED, OfferState.UNDONE}
    return found


def at_random(ground: Ground, bot: Callable[[bots.Errand], object], tries: int) -> Found:
    """Seeded tries of a bot that chooses; each answer that counted is taken back by a person."""
    found = Found()
    for seed in range(tries):
        offer_id, url = ground.offer((Channel.EMAIL, Channel.SMS)[seed % 2])
        errand = ground.errand(url, seed)
        bot(errand)
        stands = ground.state(offer_id)
        found.tries += 1
        found.flagged += ground.is_flagged(offer_id)
        found.accepts += stands == OfferState.ACCEPTED
        found.declines += stands == OfferState.DECLINED
        if stands == OfferState.OPEN:
            continue
        found.to_undo += 1
        found.leaks += DETAILS.search(Fetcher().ask(url)) is not None
        ground.wait(10 * 60)
        bots.take_back(errand)
        found.undone += _is_undone(ground, offer_id, stands)
    return found


def _is_undone(ground: Ground, offer_id: UUID, stood: str) -> bool:
    """A yes left no work; a no left the question open."""
    with region_scope(ground.region.pk):
        works = Assignment.objects.filter(offer=offer_id).exclude(state="ENDED").exists()
    wanted = OfferState.UNDONE if stood == OfferState.ACCEPTED else OfferState.OPEN
    return not works and ground.state(offer_id) == wanted


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (slow)

    from tests.journeys.conftest import CHROMIUM, SWITCHES  # noqa: PLC0415  (sets the environment)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


def table(ground: Ground, *, short: bool) -> dict[str, Found]:
    """Every bot and what became of its links."""
    tries, browsed, heard = (20, 3, 10) if short else (100, 20, 100)
    rows = {name: visit(ground, bot, short=short) for name, bot in bots.ELEVEN.items()}
    rows[AT_RANDOM] = at_random(ground, bots.choose_at_random, tries)
    rows[IN_A_BROWSER] = at_random(ground, bots.choose_in_a_browser, browsed)
    rows[AS_PEOPLE] = at_random(ground, bots.choose_as_people_do, heard)
    return rows


def holds(rows: Mapping[str, Found]) -> bool:
    """Whether none of the eleven answered, and what the twelfth did is seen and taken back."""
    seen = [rows[AT_RANDOM], rows[IN_A_BROWSER]]
    chosen = [*seen, rows[AS_PEOPLE]]
    return (
        all(rows[name].is_harmless for name in bots.ELEVEN)
        and all(one.flagged >= FLAGGED_AT_LEAST * one.tries for one in seen)
        and all(one.undone == one.to_undo and not one.leaks for one in chosen)
        # A bot that never gets through would prove nothing about taking back.
        and rows[AS_PEOPLE].accepts > 0
        and rows[AS_PEOPLE].declines > 0
    )


def main(*, short: bool) -> dict[str, object]:
    """Send all of them on the database of this process; the long form writes the table."""
    region = Region.objects.create(code="PROOF-S", name="Getij")
    with chromium() as browser, running_stack(with_worker=False) as stack:
        rows = table(Ground(stack, browser, region), short=short)
    if not short:
        _write_table(rows)
    total = Counter[str]()
    for name in bots.ELEVEN:
        total += Counter(vars(rows[name]))
    return {
        "holds": holds(rows),
        "eleven": {key: total[key] for key in ("tries", "accepts", "declines", "changes")},
        "random": vars(rows[AT_RANDOM]),
        "random_in_a_browser": vars(rows[IN_A_BROWSER]),
        "as_people_see": vars(rows[AS_PEOPLE]),
    }


def _write_table(rows: Mapping[str, Found]) -> None:
    lines = [
        "# Scanners of mail",
        "",
        "`./naast prove scanners`: what programs that look at mail do with the link of an offer,",
        "against the running web server, over HTTP and in Chromium, by the link of the mail and of",
        "the text message, and on questions that a person answered already. Those that press or",
        "send do it at once and again after three seconds. A change is any row of any table but",
        "counted visits and the moment of opening. Where nobody chooses, nothing may change.",
        "",
        "| Bot | Links | Accepts | Declines | Changes | Flagged | Taken back |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {one.tries} | {one.accepts} | {one.declines} "
            f"| {one.changes if name in bots.ELEVEN else ''} "
            f"| {'' if name in bots.ELEVEN else one.flagged} "
            f"| {'' if name in bots.ELEVEN else f'{one.undone} of {one.to_undo}'} |"
            for name, one in rows.items()
        ),
        "",
        "A flagged answer is not heard (docs/adr/0027). The last row is what is left: a program",
        "that waits, keeps cookies, chooses, and sees a page as people do. It is taken for a",
        "person. What it said was taken back by the same link, a yes within its minutes and a no",
        "until its time is up; nothing about a matter shows before somebody signs in.",
        "",
    ]
    TABLE.write_text("\n".join(lines), encoding="utf-8")
