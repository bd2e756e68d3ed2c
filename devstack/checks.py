"""`./naast check`: everything that must hold before a commit, each step on one line."""

from __future__ import annotations

import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devstack import messages
from devstack.children import die_with_parent
from devstack.places import ROOT, Trouble
from devstack.servers import Environment, new_keys, test_environment, throwaway

PYTHON = sys.executable
# By its function: the script beside Python names the path that it was installed under.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"
MANAGE = [PYTHON, str(ROOT / "manage.py")]
AT_ONCE = 2  # the slow step (types) beside the quick ones

# What the design forbids, and why. Read by people when the step fails.
FORBIDDEN = {
    r"\beta=": "times live in rows, not in the queue",
    r"\bcountdown=": "times live in rows, not in the queue",
    r"pgtrigger\.ignore": "history has no holes",
    r"\bignore_conflicts\b": "a conflict is an answer, not noise",
    r"\bmark_safe\b": "templates escape; components return what format_html made",
    r"\|\s*safe\b": "templates escape",
    r"\bcsrf_exempt\b": "every form carries its token",
}
# One place may; its docstring defends it.
ALLOWED = {
    ("core/access/views.py", r"\bcsrf_exempt\b"): "quick exit works from a stale page",
    ("core/outbox/views.py", r"\bcsrf_exempt\b"): "a gateway has no form; it signs",
}
CODE = [
    "bench",
    "config",
    "core",
    "insight",
    "matching",
    "pool",
    "prove",
    "scheduling",
    "templates",
]
READABLE = {".html", ".py", ".txt"}


@dataclass
class Step:
    """A command with a name; it holds when its status is 0."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    output: Path | None = None


def main(arguments: Sequence[str]) -> int:
    """Runs all steps, or those whose name holds one of `arguments`; 1 when any fails."""
    if list(arguments) == ["--forbidden"]:
        return _report_forbidden()
    messages.compile_stale()
    with throwaway() as running, tempfile.TemporaryDirectory(prefix="naast-check-") as scratch:
        steps = [
            step
            for step in _steps(test_environment(running))
            if not arguments or any(argument in step.name for argument in arguments)
        ]
        if not steps:
            raise Trouble(f"No step is called {' or '.join(arguments)}.")
        return _run(steps, Path(scratch))


def _steps(environment: Environment) -> list[Step]:
    def of(name: str, *command: str, **extra: str) -> Step:
        return Step(name, command, {**environment, **extra})

    steps = [
        of("types", PYTHON, "-m", "mypy", "."),
        of("format", PYTHON, "-m", "ruff", "format", "--check", "--output-format", "concise", "."),
        of("lint", PYTHON, "-m", "ruff", "check", "--output-format", "concise", "."),
        of("forbidden words", PYTHON, "-m", "devstack", "check", "--forbidden"),
        of("imports", PYTHON, "-c", LINT_IMPORTS),
        of("templates", str(Path(PYTHON).with_name("djade")), "--check", *map(str, _templates())),
        of("translations", PYTHON, "-m", "devstack", "messages", "--check"),
        of("migrations", *MANAGE, "makemigrations", "--check", "--dry-run", DATABASE_ROLE="owner"),
        Step(
            "deployment",
            [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
            _as_deployed(environment),
        ),
    ]
    if list(ROOT.glob("*/management/commands/docs.py")):
        steps.append(of("generated documents", *MANAGE, "docs", "--check"))
    return steps


def _as_deployed(environment: Environment) -> Environment:
    """The environment of a real installation, but for its database."""
    return {
        **{name: value for name, value in environment.items() if name not in {"DEMO", "DEBUG"}},
        **new_keys(),
        "ALLOWED_HOSTS": "naast.example",
        "BASE_URL": "https://naast.example",
        "EMAIL_URL": "smtp://naast:secret@mail.example:587?tls=1",
        "SMS_GATEWAY_URL": "https://sms.example/v1/messages",
        "SMS_GATEWAY_KEY": secrets.token_hex(32),
        "SMS_WEBHOOK_KEYS": secrets.token_hex(32),
    }


def _run(steps: list[Step], scratch: Path) -> int:
    waiting, running, failed = list(steps), list[Step](), 0
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(_start(waiting.pop(0), scratch))
            for step in [
                step for step in running if step.process and step.process.poll() is not None
            ]:
                running.remove(step)
                failed += _report(step)
            time.sleep(0.02)
    finally:
        for step in running:
            if step.process:
                step.process.kill()
                step.process.wait()
    if failed:
        print(f"{failed} of {len(steps)} steps failed.")
    return 1 if failed else 0


def _start(step: Step, scratch: Path) -> Step:
    step.output = scratch / step.name
    step.started = time.monotonic()
    with step.output.open("wb") as sink:
        step.process = subprocess.Popen(
            step.command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=dict(step.environment),
            cwd=ROOT,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  (no threads are running)
        )
    return step


def _report(step: Step) -> bool:
    """Prints the line of `step`; its output only when it failed, which is also the answer."""
    has_failed = step.process is None or step.process.returncode != 0
    verdict = "FAIL" if has_failed else "ok"
    print(f"{verdict:4}  {step.name:20} {time.monotonic() - step.started:5.1f} s", flush=True)
    if has_failed and step.output:
        print(step.output.read_text(errors="replace").rstrip(), flush=True)
    return has_failed


def _templates() -> Iterator[Path]:
    return (ROOT / "templates").rglob("*.html")


def _report_forbidden() -> int:
    found = 0
    for place in CODE:
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix not in READABLE:
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                for pattern, reason in FORBIDDEN.items():
                    if (str(path.relative_to(ROOT)), pattern) in ALLOWED:
                        continue
                    if re.search(pattern, line):
                        found += 1
                        print(f"{path.relative_to(ROOT)}:{number}: {line.strip()}  ({reason})")
    return 1 if found else 0
