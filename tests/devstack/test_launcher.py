"""`./naast demo` in earnest, on a small platform: starts, stops, deaths and restarts."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from tests.devstack.small_platform import build

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the embedded servers need Linux")

OURS = re.compile(r"^(TEST_|.*DATABASE_|REDIS_|DJANGO_|SECRET_|FIELD_|INDEX_|DEMO|BASE_|ALLOWED_)")


@dataclass
class Checkout:
    """A small platform with data of its own, in a directory that nobody else may enter."""

    root: Path
    data: Path
    port: int

    def environment(self, **extra: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not OURS.match(name)}
        return inherited | {"NAAST_DATA": str(self.data), "PORT": str(self.port)} | extra

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "devstack", *arguments],
            cwd=self.root,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @contextlib.contextmanager
    def demo(self, **extra: str) -> Iterator[subprocess.Popen[str]]:
        """A demo that has said where it runs; killed afterwards if it still does."""
        said = self.root / "said.txt"
        with said.open("w") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "devstack", "demo"],
                cwd=self.root,
                env=self.environment(**extra),
                stdout=sink,
                stderr=subprocess.STDOUT,
                text=True,
            )
        try:
            deadline = time.monotonic() + 90
            while "Ctrl-C" not in said.read_text():
                assert process.poll() is None, said.read_text()
                assert time.monotonic() < deadline, said.read_text()
                time.sleep(0.05)
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def note(self) -> dict[str, dict[str, str]]:
        note: dict[str, dict[str, str]] = json.loads((self.data / "running.json").read_text())
        return note


@pytest.fixture(scope="module")
def checkout() -> Iterator[Checkout]:
    # Not pytest's own directory: the servers run as nobody under root and could not enter it.
    base = Path(tempfile.mkdtemp(prefix="naast-test-"))
    base.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    root = base / "checkout"
    root.mkdir(mode=0o700)
    yield Checkout(build(root), base / "data", port)
    shutil.rmtree(base)


def descendants(pid: int) -> set[int]:
    children = {
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    }
    return children.union(*(descendants(child) for child in children))


def alive(pids: set[int]) -> set[int]:
    """Those that still run; one that waits to be collected does not."""

    def runs(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    return {pid for pid in pids if runs(pid)}


def wait_until_gone(pids: set[int], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while remaining := alive(pids):
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in remaining]
        assert time.monotonic() < deadline, commands
        time.sleep(0.05)


def regions(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM core_region")]


def test_demo_runs_stops_cleanly_and_keeps_its_data(checkout: Checkout) -> None:
    modes = [path.stat().st_mode for path in (checkout.root, *checkout.root.parents)]
    with checkout.demo() as launcher:
        family = descendants(launcher.pid)
        urls = checkout.note()["environment"]

        with urlopen(f"http://127.0.0.1:{checkout.port}/healthz") as answer:
            assert answer.status == 200
        with psycopg.connect(urls["MIGRATION_DATABASE_URL"]) as connection:
            roles = set(
                connection.execute(
                    "SELECT rolname, rolsuper, rolcreatedb, rolinherit, rolbypassrls"
                    " FROM pg_roles WHERE rolname LIKE 'naast%'"
                )
            )
            extensions = {
                name for (name,) in connection.execute("SELECT extname FROM pg_extension")
            }
        assert roles == {
            ("naast_owner", False, True, True, False),
            ("naast_app", False, False, True, False),
            ("naast_worker", False, False, False, False),
            ("naast_backup", False, False, True, True),
        }
        assert {"btree_gist", "citext", "pg_trgm", "unaccent"} <= extensions
        assert regions(urls["DATABASE_URL"]) == ["demo 1"]

        second = checkout.run("demo")
        assert second.returncode == 1
        assert f"a demo runs already at http://localhost:{checkout.port}" in second.stderr
        connected = checkout.run(
            "manage",
            "shell",
            "--verbosity",
            "0",
            "--command",
            "from core.models import Region; print(Region.objects.count())",
        )
        assert connected.stdout.strip() == "1", connected.stderr

        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(30) == 0
        assert alive(family) == set()
    assert modes == [path.stat().st_mode for path in (checkout.root, *checkout.root.parents)]

    alone = checkout.run(
        "manage",
        "shell",
        "--verbosity",
        "0",
        "--command",
        "from core.models import Region; print(Region.objects.count())",
    )
    assert alone.stdout.strip() == "1", alone.stderr


def test_killed_launcher_leaves_no_process_and_no_loss(checkout: Checkout) -> None:
    with checkout.demo() as launcher:
        family = descendants(launcher.pid)
        left = Path(str(checkout.note()["run"]))
        assert len(family) > 8  # two servers, web with two workers, worker with a child, clock
        launcher.kill()
        launcher.wait()
        wait_until_gone(family)

    with checkout.demo() as launcher:
        assert not left.exists()
        assert regions(checkout.note()["environment"]["DATABASE_URL"]) == ["demo 1"]
        launcher.terminate()
        assert launcher.wait(30) == 0


def test_given_servers_are_used_and_a_dead_child_is_named(checkout: Checkout) -> None:
    owner = os.environ["MIGRATION_DATABASE_URL"]
    other = re.sub(r"/naast(\?|$)", r"/naast_launcher\1", os.environ["DATABASE_URL"])
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS naast_launcher")
        connection.execute("CREATE DATABASE naast_launcher")
        try:
            with checkout.demo(DATABASE_URL=other, REDIS_URL=os.environ["REDIS_URL"]) as launcher:
                family = descendants(launcher.pid)
                commands = {
                    pid: Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                    for pid in family
                }
                assert not [line for line in commands.values() if "postgres -D" in line]
                assert not [line for line in commands.values() if "valkey-server" in line]
                assert regions(other) == ["demo 1"]

                clock = next(pid for pid, line in commands.items() if " beat " in line)
                os.kill(clock, signal.SIGKILL)
                assert launcher.wait(30) == 1
                wait_until_gone(family)
            assert "The clock (beat) stopped by itself" in (checkout.root / "said.txt").read_text()
        finally:
            connection.execute("DROP DATABASE naast_launcher WITH (FORCE)")


def test_busy_port_is_a_sentence(checkout: Checkout) -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", checkout.port))
        holder.listen()
        refused = checkout.run("demo")

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {checkout.port} is in use by another program.")
