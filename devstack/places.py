"""Where things live: the checkout, its data directory, the user that servers run as."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN_PREFIX = "naast-run-"


class Trouble(Exception):
    """Something the person at the terminal can act on; its text is all that is shown."""


@dataclass(frozen=True)
class Servant:
    """The account that servers run as when the launcher is root: PostgreSQL refuses root."""

    uid: int
    gid: int


def servant() -> Servant | None:
    """The account for servers, or None when they may run as the one who starts them."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Servant(nobody.pw_uid, nobody.pw_gid)


def data_directory() -> Path:
    """The data directory of this checkout, made when absent; the same after a restart.

    Its name holds a hash of the checkout's path, so that two checkouts of one person do not share
    a database. Under root it lies outside any home: `nobody` must be able to enter it, and we do
    not open other people's directories to make that so.

    Raises:
        Trouble: the directory belongs to somebody else, or is a link.
    """
    if chosen := os.environ.get("NAAST_DATA"):
        directory = Path(chosen).absolute()
    else:
        checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        state = Path(os.environ.get("XDG_STATE_HOME") or _home() / ".local/state")
        if os.geteuid() != 0 and _may_make(state):
            directory = state / f"naast-{checkout}"
        else:
            directory = Path(f"/var/tmp/naast-{os.geteuid()}-{checkout}")  # noqa: S108  (checked below)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Trouble(
            f"{directory} is not ours. Remove it, or choose another with NAAST_DATA=/path."
        )
    if os.geteuid() == 0:
        directory.chmod(0o711)
    return directory


def socket_directory() -> Path:
    """A new directory with a short path: a socket's path has at most 107 characters."""
    base = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else None  # noqa: S108  (mkdtemp is safe)
    directory = Path(tempfile.mkdtemp(prefix=RUN_PREFIX, dir=base))
    if os.geteuid() == 0:
        directory.chmod(0o711)
    return directory


def make_servants_own(directory: Path) -> Path:
    """Makes `directory` for the servers alone (0700) and returns it."""
    directory.mkdir(mode=0o700, exist_ok=True)
    if account := servant():
        os.chown(directory, account.uid, account.gid)
    return directory


def within_reach(tree: Path) -> bool:
    """Whether the servant may enter the directory `tree` and read all of it."""
    if servant() is None:
        return True
    if not all(_open_to_others(parent, stat.S_IXOTH) for parent in tree.parents):
        return False
    for here, _, files in os.walk(tree):
        if not _open_to_others(Path(here), stat.S_IXOTH | stat.S_IROTH):
            return False
        if not all(_open_to_others(Path(here, name), stat.S_IROTH) for name in files):
            return False
    return True


def copy_within_reach(trees: list[Path], destination: Path) -> None:
    """Copies `trees` side by side into `destination`, readable by everybody.

    Only the copy is opened; the directories above the originals keep their modes.
    """
    shutil.rmtree(destination, ignore_errors=True)
    destination.mkdir(parents=True)
    for tree in trees:
        shutil.copytree(tree, destination / tree.name, symlinks=True)
    for here, _, files in os.walk(destination):
        Path(here).chmod(0o755)
        for name in files:
            copy = Path(here, name)
            copy.chmod(0o755 if copy.stat().st_mode & stat.S_IXUSR else 0o644)


def move_into_place(unfinished: Path, copy: Path) -> None:
    """Gives a finished copy its name; where another process was first, that one stays."""
    copy.parent.chmod(0o755)
    try:
        unfinished.rename(copy)
    except OSError:
        if not copy.exists():
            raise
        shutil.rmtree(unfinished)


def need_linux(what: str, instead: str) -> None:
    """Stops with a sentence where the embedded servers cannot run."""
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in {"x86_64", "aarch64"}:
        raise Trouble(
            f"The embedded {what} runs on Linux (x86_64, aarch64), and this is "
            f"{sys.platform} on {machine}. Start a {what} yourself and set {instead}."
        )


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def _may_make(directory: Path) -> bool:
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    return os.access(existing, os.W_OK | os.X_OK)


def _open_to_others(path: Path, bits: int) -> bool:
    return path.stat().st_mode & bits == bits
