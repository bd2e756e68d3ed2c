"""Several processes that do the same at the same time, each with connections of its own."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import time
from collections.abc import Mapping
from typing import Any

import django
from django.utils.module_loading import import_string

PATIENCE = 120.0


def at_once(
    act: str, *arguments: object, n: int, environment: Mapping[str, str]
) -> tuple[float, list[Any]]:
    """Call the function at the dotted path `act` in `n` new processes.

    They are started afresh: a forked one would share our lines to broker and database.

    Returns:
        the seconds from the moment at which all were ready, and what each returned.
    """
    context = multiprocessing.get_context("spawn")
    line, ends = context.Barrier(n + 1), context.Queue()
    # Rows among the arguments can only be read where Django is set up.
    packed = pickle.dumps(arguments)
    processes = [
        context.Process(target=_run, args=(act, packed, dict(environment), line, ends), daemon=True)
        for _number in range(n)
    ]
    for process in processes:
        process.start()
    line.wait(PATIENCE)
    began = time.perf_counter()
    found = [ends.get(timeout=PATIENCE) for _process in processes]
    took = time.perf_counter() - began
    for process in processes:
        process.join(PATIENCE)
    if broken := [one for one in found if isinstance(one, BaseException)]:
        raise broken[0]
    return took, found


def _run(act: str, packed: bytes, environment: dict[str, str], line: Any, ends: Any) -> None:
    os.environ.update(environment)
    django.setup()
    function, arguments = import_string(act), pickle.loads(packed)  # noqa: S301  (our own)
    line.wait(PATIENCE)
    try:
        ends.put(function(*arguments))
    except Exception as broken:  # noqa: BLE001  (raised again where it is waited for)
        ends.put(RuntimeError(f"{type(broken).__name__}: {broken}"))
