"""The short commands: test, manage, bench, prove, provision."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence

from devstack import messages, postgres
from devstack.children import run_in_foreground
from devstack.demo import main as demo
from devstack.demo import say
from devstack.places import ROOT, Trouble, data_directory
from devstack.servers import (
    Environment,
    Servers,
    base_environment,
    for_tests,
    kept_keys,
    read_note,
    require_checkout,
    servers,
    sole_user,
    test_environment,
    throwaway,
)

__all__ = ["bench", "demo", "manage", "prove", "provision", "test"]

PROOF_CONNECTIONS = 300
MOST_PROCESSES = 4


def test(arguments: Sequence[str]) -> int:
    """Runs pytest on servers of its own; its status is ours, its last line the last one printed.

    Without arguments the whole suite runs, in as many processes as there are processors, up to
    four; each has a database of its own. Who names tests gets one process, unless -n is said.
    """
    messages.compile_stale()
    spread = [] if arguments else ["-n", str(min(os.cpu_count() or 1, MOST_PROCESSES))]
    with for_tests() as running:
        return run_in_foreground(
            [sys.executable, "-m", "pytest", *spread, *arguments], test_environment(running)
        )


def manage(arguments: Sequence[str]) -> int:
    """Runs manage.py on the demo's data, whether the demo runs or not."""
    require_checkout()
    data = data_directory()
    messages.compile_stale()
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    if note := read_note(data):
        known = Servers(note.environment, note.superuser_url, data, ())
        return run_in_foreground(command, base_environment(known, kept_keys(data)))
    with sole_user(data, wait=False) as free:
        if free:
            return _manage_alone(command)
    say("Another command works on the demo's data; waiting for it …")
    with sole_user(data, wait=True):
        return _manage_alone(command)


def _manage_alone(command: Sequence[str]) -> int:
    data = data_directory()
    with servers(
        data,
        database_url=os.environ.get("DATABASE_URL"),
        redis_url=os.environ.get("REDIS_URL"),
    ) as running:
        return run_in_foreground(command, base_environment(running, kept_keys(data)))


def bench(arguments: Sequence[str]) -> int:
    """Measures on durable servers of its own, or on those of the tests where they are set.

    The benchmarks make their databases themselves, and drop them.
    """
    with for_tests(is_durable=True) as running:
        return run_in_foreground(
            [sys.executable, "-m", "bench", *arguments], test_environment(running)
        )


def prove(arguments: Sequence[str]) -> int:
    """Runs one long proof and prints its verdict as one line of JSON."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    proofs = ROOT / "prove"
    if len(names) != 1 or set(arguments) - {names[0], "--short"}:
        found = (*proofs.glob("[a-z]*.py"), *(path.parent for path in proofs.glob("*/__main__.py")))
        known = sorted(path.stem for path in found)
        raise Trouble(f"./naast prove NAME [--short]; the names are: {', '.join(known)}")
    if (proofs / names[0] / "__main__.py").exists():
        # It stops and starts servers, so it holds its own.
        options = [argument for argument in arguments if argument != names[0]]
        command = [sys.executable, "-m", f"prove.{names[0]}", *options]
        return run_in_foreground(command, os.environ)
    if not (proofs / f"{names[0]}.py").exists():
        raise Trouble(f"There is no proof {names[0]!r} in prove/.")
    with throwaway(is_durable=True, max_connections=PROOF_CONNECTIONS) as running:
        environment = _migrated(running)
        return run_in_foreground(
            [sys.executable, "-m", "devstack", "run-proof", *arguments], environment
        )


def run_proof(arguments: Sequence[str]) -> int:
    """The part of `prove` that runs in its own process, with the environment in place."""
    import django  # noqa: PLC0415  only this process has the settings that it needs

    django.setup()
    name = next(argument for argument in arguments if not argument.startswith("-"))
    verdict = importlib.import_module(f"prove.{name}").main(short="--short" in arguments)
    print(json.dumps({"name": name, **verdict}), flush=True)
    return 0 if verdict["holds"] else 1


def provision(arguments: Sequence[str]) -> int:
    """Creates the roles, the extensions and the database on the server of a superuser's URL."""
    if len(arguments) != 1:
        raise Trouble("./naast provision postgresql://postgres@127.0.0.1/postgres")
    postgres.provision(arguments[0])
    return 0


def _migrated(running: Servers) -> Environment:
    environment = test_environment(running)
    status = run_in_foreground(
        [sys.executable, ROOT / "manage.py", "migrate", "--verbosity", "0"],
        {**environment, "DATABASE_ROLE": "owner"},
    )
    if status:
        raise Trouble("The database could not be migrated; the lines above say why.")
    return environment
