"""From filing a request to the first offer in the hands of a mail server.

The site's own worker and beat, a real broker, and release by itself. Beside it a bare task of
the same kind of worker, which hands a letter of one line to the same mail server.
"""

from __future__ import annotations

import logging
import queue
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from aiosmtpd.controller import Controller
from django.db import connections

from bench import bare
from bench.figures import Figure, figure, quantile
from bench.ground import Ground, new_region
from bench.people import able, draw_people, draw_places
from bench.reach import environment
from bench.rows import lay_out, write_people
from config.celery import app as site
from core import clock
from core.access.scope import region_scope
from matching.actions import open_request
from tests.factories.matching import make_filing

N_REQUESTS, N_EXPERTS, WARM = 200, 100, 5
PATIENCE = 30.0
ADDRESS = "bare@voorbeeld.example"


def run(*, n_requests: int = N_REQUESTS, n_experts: int = N_EXPERTS) -> list[Figure]:
    """One request after the other, each as soon as the first offer of the last one has left."""
    dice = Random(n_experts)
    places = draw_places(dice, prefix=8)
    with new_region(release_urgent="AUTOMATIC") as ground:
        lay_out(places)
        people = [able(one) for one in draw_people(dice, n_experts, places)]
        write_people(people, by=ground.cas)
    with ExitStack() as stack:
        postbox = stack.enter_context(open_postbox())
        folder = stack.enter_context(TemporaryDirectory())
        mail = f"smtp://127.0.0.1:{postbox.port}"
        own = environment("worker", EMAIL_URL=mail)
        beat = ("--beat", "--schedule", str(Path(folder) / "beat"), "--concurrency", "1")
        stack.enter_context(bare.worker("config", *beat, environment=own))
        stack.enter_context(
            bare.worker("bench.bare", "--concurrency", "1", environment=environment("app"))
        )
        bare.wait_until_it_answers(site)
        bare.wait_until_it_answers(bare.app)
        took, tasks = [], []
        for _number in range(WARM + n_requests):
            took.append(_filed_to_offered(ground, places[0].code, postbox))
            tasks.append(_task_to_letter(postbox))
    connections.close_all()
    took, tasks = took[WARM:], tasks[WARM:]
    name = f"first_offer: filed to handed over, {n_requests} requests"
    return [
        figure(f"{name}, p50", quantile(took, 0.5), "ms", baseline=quantile(tasks, 0.5)),
        figure(
            f"{name}, p99 / a bare task", quantile(took, 0.99), "ms", baseline=quantile(tasks, 0.99)
        ),
        figure(f"{name}, p99", quantile(took, 0.99), "ms", most=1000),
        figure(f"{name}, slowest", max(took), "ms"),
    ]


class Postbox:
    """Takes every letter, and says to whom and when it came."""

    def __init__(self) -> None:
        self.port = 0
        self.arrived: queue.Queue[tuple[str, float]] = queue.Queue()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            self.arrived.put((recipient, time.perf_counter()))
        return "250 taken"

    def wait_for(self, begin: str) -> float:
        """The moment of the next letter to an address that begins so; others are put aside."""
        while True:
            recipient, at = self.arrived.get(timeout=PATIENCE)
            if recipient.startswith(begin):
                return at


@contextmanager
def open_postbox() -> Iterator[Postbox]:
    """A mail server on this machine."""
    postbox = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        postbox.port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=postbox.port)
    # It would write a line for every line that it hears.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    controller.start()
    try:
        yield postbox
    finally:
        controller.stop()


def _filed_to_offered(ground: Ground, area: str, postbox: Postbox) -> float:
    began = time.perf_counter()
    with region_scope(ground.region.pk):
        now = clock.now()
        filing = make_filing(
            area_code=area,
            measure=None,
            gate={},
            day_parts=(),
            earliest_contact_at=now,
            form_key=uuid4(),
        )
        open_request(filing=filing, by=ground.bram, now=now)
    return (postbox.wait_for("ada") - began) * 1000


def _task_to_letter(postbox: Postbox) -> float:
    began = time.perf_counter()
    bare.mail.delay(postbox.port, ADDRESS)
    return (postbox.wait_for("bare") - began) * 1000
