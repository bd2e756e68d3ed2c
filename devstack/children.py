"""Child processes that never outlive the launcher, not even when it is killed with -9."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devstack.places import ROOT, Servant, Trouble

PR_SET_PDEATHSIG = 1
TAIL_LINES = 25

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(death: signal.Signals) -> Callable[[], None]:
    """Returns what a child runs before exec: ask the kernel for `death` when its parent dies.

    It must run after the change of user, which clears the request; CPython calls `preexec_fn`
    there. The signal follows the parent's *thread*, so children are started from the main thread.
    """
    parent = os.getpid()

    def ask() -> None:
        if _libc is None:
            return
        _libc.prctl(PR_SET_PDEATHSIG, int(death))
        if os.getppid() != parent:  # it died between fork and this line: nobody will signal us
            os._exit(1)

    return ask


class Child:
    """A named long-running process with a log.

    Args of start: `death` is what the process gets when the launcher dies without a word; `halt`
    is what it gets when it is stopped in the ordinary way.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        halt: signal.Signals = signal.SIGTERM,
        death: signal.Signals = signal.SIGTERM,
        account: Servant | None = None,
        cwd: Path = ROOT,
    ) -> None:
        self.name = name
        self.log = log
        self.halt = halt
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=cwd,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                # A session of its own: Ctrl-C reaches the launcher only, which stops in order.
                start_new_session=True,
                preexec_fn=die_with_parent(death),  # noqa: PLW1509  (no threads are running)
            )

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def tail(self) -> str:
        """The last lines of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join(f"    {line}" for line in lines)

    def require_running(self) -> None:
        """Raises Trouble with the tail of the log when the process has ended."""
        if not self.is_running:
            raise Trouble(
                f"{self.name} stopped by itself (status {self.process.returncode}). "
                f"The end of {self.log}:\n{self.tail()}"
            )

    def stop(self, patience: float = 10) -> None:
        """Asks it to stop; after `patience` seconds its whole group is killed."""
        if self.is_running:
            self.process.send_signal(self.halt)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            kill_group(self.process.pid)
            self.process.wait()


def kill_group(pid: int) -> None:
    """Kills the process group `pid`; it may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def wait_until(
    ready: Callable[[], bool], *children: Child, seconds: float, what: str, pause: float = 0.01
) -> None:
    """Polls `ready` until it holds.

    Raises:
        Trouble: a child ended meanwhile, or `seconds` have passed.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        for child in children:
            child.require_running()
        if time.monotonic() > deadline:
            tails = "\n".join(f"The end of {child.log}:\n{child.tail()}" for child in children)
            raise Trouble(f"{what} did not answer within {seconds:.0f} seconds. {tails}")
        time.sleep(pause)


def run_in_foreground(command: Sequence[str | Path], environment: Mapping[str, str]) -> int:
    """Runs `command` on this terminal and returns its exit status (128 + n for signal n).

    Ctrl-C goes to the command by way of the terminal; we wait for what it makes of it.
    """
    ours = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    process = subprocess.Popen(
        command,
        env=dict(environment),
        cwd=ROOT,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  (no threads are running)
    )
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        status = process.wait()
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
        if process.poll() is None:
            process.kill()
    return status if status >= 0 else 128 - status
