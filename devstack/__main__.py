"""`./naast COMMAND`: hands over to the module that does it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from devstack import checks, commands, messages
from devstack.places import Trouble

USAGE = """\
./naast demo [--fresh]        run everything here, with synthetic data, until Ctrl-C (PORT=8000)
./naast test [pytest's own]   run the tests on servers of their own
./naast check [step ...]      run what must hold before a commit
./naast manage COMMAND ...    run manage.py on the demo's data
./naast messages              bring the Dutch texts in line with the code
./naast bench [name]          measure; writes bench/results.json
./naast prove NAME [--short]  run a long proof; prints its verdict as JSON
./naast provision URL         create roles, extensions and database as a superuser"""

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "bench": commands.bench,
    "check": checks.main,
    "demo": commands.demo,
    "manage": commands.manage,
    "messages": messages.main,
    "prove": commands.prove,
    "provision": commands.provision,
    "run-proof": commands.run_proof,
    "test": commands.test,
}


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status; trouble is one sentence, not a traceback."""
    name, *rest = arguments or ["help"]
    if name in {"help", "-h", "--help"}:
        print(USAGE)
        return 0
    if name not in COMMANDS:
        print(f"./naast does not know {name!r}.\n{USAGE}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](rest)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
