"""Servers of our own, which may be stopped and started again, and the processes on them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from core import clock
from devstack import postgres, valkey
from devstack.children import Child, kill_group
from devstack.places import ROOT, Trouble, data_directory, make_servants_own, socket_directory
from devstack.servers import Environment, Servers, test_environment
from prove.reminders.orders import Orders
from prove.reminders.sink import Sink, open_sink

CONNECTIONS = 100


class Stage:
    """PostgreSQL, Valkey and a mail server, each to be had by the proof alone."""

    def __init__(self, data: Path, sink: Sink, *, is_durable: bool) -> None:
        self.data = data
        self.is_durable = is_durable
        self.sink = sink
        self.run = socket_directory()
        self.logs = data / "logs"
        self.logs.mkdir(mode=0o700)
        self.orders = Orders.prepare(data / "orders")
        self.clock = data / "clock"
        self.offset = timedelta(0)
        self.redis_url = ""
        self.cluster = self._cluster()
        self.valkey = self.start_valkey()
        servers = Servers(
            self.cluster.urls().environment() | {"REDIS_URL": self.redis_url},
            self.cluster.superuser_url(),
            self.run,
            (),
        )
        self.environment: Environment = test_environment(servers) | {
            "EMAIL_URL": sink.url,
            "CLOCK_OFFSET_FILE": str(self.clock),
            "PROOF_ORDERS": str(self.orders.folder),
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
        }

    def _cluster(self) -> postgres.Cluster:
        return postgres.Cluster.start(
            postgres.find_programs(data_directory()),
            make_servants_own(self.data / "servers") / "postgres",
            self.run / "postgres",
            self.logs / "postgres.log",
            is_throwaway=not self.is_durable,
            max_connections=CONNECTIONS,
        )

    def restart_postgres(self, *, crash: bool) -> None:
        """Stop it, sessions and all, and start it on the same data; with `crash`, recover."""
        if crash:
            self.cluster.child.process.send_signal(signal.SIGQUIT)
        self.cluster.stop()
        self.cluster = self._cluster()

    def start_valkey(self) -> Child:
        """An empty one on the same socket."""
        self.valkey, self.redis_url = valkey.start(
            valkey.find_program(data_directory()), self.run / "valkey", self.logs / "valkey.log"
        )
        return self.valkey

    def migrate(self) -> None:
        """Make the tables."""
        command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
        environment = {**self.environment, "DATABASE_ROLE": "owner"}
        if subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode:  # noqa: S603
            raise Trouble("The database could not be migrated; the lines above say why.")

    def travel(self, moment: datetime, *, now: datetime) -> None:
        """From now on it is `moment` for everybody on this stage, and time runs on."""
        self.offset = moment - now
        clock.move(self.clock, self.offset)

    def close(self) -> None:
        """Stop the servers and remove what they kept."""
        for child in (self.valkey, self.cluster.child):
            child.stop(patience=20)
        shutil.rmtree(self.run, ignore_errors=True)


class Engine:
    """Workers and beats. Whoever died is started again, as a service manager would."""

    def __init__(
        self, stage: Stage, *, n_workers: int, n_beats: int, lease: float | None, twin: bool
    ) -> None:
        self.stage = stage
        self._environment = {**stage.environment, "DATABASE_ROLE": "worker"}
        if lease:
            self._environment["PROOF_LEASE"] = str(lease)
        if twin:
            self._environment["PROOF_TWIN"] = "1"
        self._n_started = 0
        self.workers = [self._worker() for _number in range(n_workers)]
        self.beats = [self._beat() for _number in range(n_beats)]
        self.n_restarts = 0

    def revive(self) -> None:
        """Start again whoever ended."""
        for place, child in enumerate(self.workers):
            if not child.is_running:
                kill_group(child.process.pid)  # children of a main process that died alone
                self.workers[place] = self._worker()
                self.n_restarts += 1
        for place, child in enumerate(self.beats):
            if not child.is_running:
                self.beats[place] = self._beat()
                self.n_restarts += 1

    def pool_processes(self) -> list[int]:
        """The processes that do the work, of every worker."""
        found: list[int] = []
        for worker in self.workers:
            pid = worker.process.pid
            with suppress(OSError):
                listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                found += [int(number) for number in listed.split()]
        return found

    def strike_all(self) -> None:
        """Everybody at once, as when the power fails."""
        for child in (*self.workers, *self.beats):
            kill_group(child.process.pid)

    def stop(self) -> None:
        for child in (*self.beats, *self.workers):
            if child.is_running:
                child.process.send_signal(child.halt)
        for child in (*self.beats, *self.workers):
            child.stop(patience=15)
            kill_group(child.process.pid)

    def _start(self, name: str, *command: str | Path) -> Child:
        self._n_started += 1
        return Child(
            name,
            [sys.executable, "-m", "celery", "--app", "prove.reminders.worker", *command],
            log=self.stage.logs / f"{name}-{os.getpid()}-{self._n_started}.log",
            environment=self._environment,
            death=signal.SIGKILL,
        )

    def _worker(self) -> Child:
        lean = ("--without-gossip", "--without-mingle", "--loglevel", "ERROR")
        return self._start("worker", "worker", "--concurrency", "1", *lean)

    def _beat(self) -> Child:
        number = self._n_started + 1
        kept = self.stage.run / f"beat-{number}"
        return self._start("beat", "beat", "--schedule", kept, "--pidfile=")


@contextmanager
def running(
    stage: Stage,
    *,
    n_workers: int = 3,
    n_beats: int = 2,
    lease: float | None = None,
    twin: bool = False,
) -> Iterator[Engine]:
    """Workers and beats until the end of the block."""
    engine = Engine(stage, n_workers=n_workers, n_beats=n_beats, lease=lease, twin=twin)
    try:
        yield engine
    finally:
        engine.stop()


@contextmanager
def open_stage(*, is_durable: bool) -> Iterator[Stage]:
    """An empty, migrated database and what belongs to it, gone afterwards.

    `is_durable` keeps fsync on, without which a crash of the database proves nothing.
    """
    data = Path(tempfile.mkdtemp(prefix="naast-data-"))
    if os.geteuid() == 0:
        data.chmod(0o711)
    try:
        with open_sink() as sink:
            stage = Stage(data, sink, is_durable=is_durable)
            try:
                stage.migrate()
                yield stage
            finally:
                stage.close()
    finally:
        shutil.rmtree(data, ignore_errors=True)
