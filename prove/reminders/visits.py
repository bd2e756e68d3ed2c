"""The web process dies after the commit and before the answer; the person tries again."""

from __future__ import annotations

import http.client
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.test import Client

from core import clock
from core.access import links
from core.access.models import LinkPurpose, Region
from core.access.scope import region_scope
from core.outbox.models import Message
from devstack.children import Child, wait_until
from devstack.demo import is_healthy
from matching.models import Assignment, Offer, Request
from prove.reminders.crowd import NOON
from prove.reminders.orders import IN_WEB
from prove.reminders.sink import free_port
from prove.reminders.stage import Stage
from tests.factories.matching import (
    Pool,
    ask,
    file_request,
    make_measure_filing,
    make_pool,
    seat_of,
)
from tests.factories.people import client_as
from tests.factories.scheduling import IMPOSED
from tests.matching.pages.conftest import STEPS

SECRET = "c" * 32
YES = {"act": "answer", "answer": "yes", "conflict": "NO_CONFLICT"}
NEW, CHECK = "/aanvragen/nieuw/", "/aanvragen/nieuw/klopt/"
HASTE = 2.1
TRIES = 5


@dataclass
class Browser:
    """Somebody with cookies and an address of their own, at the real web server."""

    port: int
    number: int
    cookies: dict[str, str] = field(default_factory=lambda: {settings.CSRF_COOKIE_NAME: SECRET})

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where to and text.

        Raises:
            OSError: nobody answered.
            http.client.HTTPException: the line broke before the answer.
        """
        # All of 127/8 is this machine; the limits count per address.
        source = f"127.0.{1 + self.number // 250}.{1 + self.number % 250}"
        line = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(source, 0)
        )
        headers = {
            "Host": "localhost",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            body = urlencode({**form, "csrfmiddlewaretoken": SECRET}) if form else None
            line.request("POST" if form else "GET", path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
            for header in answer.headers.get_all("Set-Cookie") or []:
                self.cookies |= {name: one.value for name, one in SimpleCookie(header).items()}
            return answer.status, answer.headers.get("Location", ""), text
        finally:
            line.close()


@dataclass
class Visits:
    """Acts whose answer never came, and what became of them.

    Attributes:
        n_killed: web processes that died after the commit.
        n_same: acts that, sent again, had the answer and the one effect that they always have.
        odd: what was different, in words.
    """

    stage: Stage
    port: int
    region: Region
    pool: Pool
    n_killed: int = 0
    n_same: int = 0
    odd: list[str] = field(default_factory=list)
    _n_browsers: int = 0

    def compare(self, act: Callable[[bool], object], n: int) -> None:
        """Do `act` once in peace and `n` times with a kill; each must end the same."""
        in_peace = act(False)
        for _number in range(n):
            found = act(True)
            if found == in_peace:
                self.n_same += 1
            else:
                self.odd.append(f"{found}, not {in_peace}")

    def file(self, kill: bool) -> tuple[int, int, int, bool]:  # noqa: FBT001  (in peace or not)
        """File a request. Returns the rows that it left, and whether the answer leads to it."""
        client: Client = client_as(self.pool.bram)
        for number, answers in STEPS.items():
            client.post(f"{NEW}{number}/", answers | _on_the_day(number))
        shown = re.search(r'name="form_key" value="([^"]+)"', client.get(CHECK).content.decode())
        if shown is None:
            raise RuntimeError("the form could not be filled in")
        browser = self._browser()
        name = settings.SESSION_COOKIE_NAME
        browser.cookies[name] = client.cookies[name].value
        before, n_messages = self._rows()
        status, where, _text = self._insist(browser, CHECK, {"form_key": shown[1]}, kill=kill)
        after, n_messages_now = self._rows()
        new = after - before
        return status, len(new), n_messages_now - n_messages, any(str(pk) in where for pk in new)

    def answer(self, kill: bool) -> tuple[int, str, str, int]:  # noqa: FBT001
        """Say yes by a link. Returns the title of the answer, and what stands in the rows."""
        now = clock.now()
        with region_scope(self.region.pk):
            request = file_request(
                self.pool,
                now=now,
                measure=make_measure_filing(imposed_wall=IMPOSED),
                earliest_contact_at=now,
            )
            offer = Offer.objects.filter(seat=seat_of(request)).first()
            offer = offer or ask(self.pool, request, self.pool.experts[0], now=now)
            token = links.issue(
                purpose=LinkPurpose.OFFER, subject=offer.pk, now=now, expires_at=offer.deadline_at
            )
        browser, path = self._browser(), f"/v/{token}/"
        browser.ask(path)
        time.sleep(HASTE)  # sooner, a yes is taken for a machine's
        status, _where, text = self._insist(browser, path, YES, kill=kill)
        title = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
        with region_scope(self.region.pk):
            state = Offer.objects.get(pk=offer.pk).state
            n_assignments = Assignment.objects.filter(offer=offer).count()
        return status, title[1].strip() if title else "", state, n_assignments

    def _insist(
        self, browser: Browser, path: str, form: dict[str, str], *, kill: bool
    ) -> tuple[int, str, str]:
        """Send a form until somebody answers, as a person does who loads the page again."""
        if kill:
            self.stage.orders.give(IN_WEB, whole=False)
        for _try in range(TRIES):
            try:
                return browser.ask(path, form)
            except (OSError, http.client.HTTPException):
                self.n_killed += 1
        raise RuntimeError(f"nobody answered {TRIES} times")

    def _browser(self) -> Browser:
        self._n_browsers += 1
        return Browser(self.port, self._n_browsers)

    def _rows(self) -> tuple[set[UUID], int]:
        with region_scope(self.region.pk):
            return set(Request.objects.values_list("pk", flat=True)), Message.objects.count()


def visits(stage: Stage, code: str, *, n_filings: int, n_answers: int) -> Visits:
    """File requests and answer offers, each with the web process killed once in between."""
    region = Region.objects.create(code=code, name="Getij")
    with region_scope(region.pk):
        pool = make_pool(1)
        for expert in pool.experts:
            expert.max_running = 1000
            expert.save(update_fields=["max_running"])
    with _web(stage) as port:
        seen = Visits(stage, port, region, pool)
        seen.compare(seen.file, n_filings)
        seen.compare(seen.answer, n_answers)
    return seen


def _on_the_day(number: int) -> dict[str, str]:
    """The dates of a step, moved to the days around the proof's noon."""
    day = NOON.date()
    dates: dict[int, dict[str, str]] = {
        1: {"imposed_0": str(IMPOSED.date())},
        2: {"earliest_0": str(day + timedelta(days=1))},
        4: {"plan_on": str(day)},
    }
    return dates.get(number, {})


@contextmanager
def _web(stage: Stage) -> Iterator[int]:
    port = free_port()
    child = Child(
        "web",
        [
            *(sys.executable, "-m", "gunicorn", "prove.reminders.web", "--workers", "2"),
            *("--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", stage.run),
            *("--graceful-timeout", "5", "--no-control-socket"),
        ],
        log=stage.logs / "web.log",
        environment={**stage.environment, "DATABASE_ROLE": "app"},
    )
    try:
        wait_until(lambda: is_healthy(port), child, seconds=90, what="The web server", pause=0.05)
        yield port
    finally:
        child.stop(patience=15)
