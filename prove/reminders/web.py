"""The web server's entry, which dies between the commit and the answer when so ordered."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from config.wsgi import application as plain
from prove.reminders.orders import IN_WEB, Orders

orders = Orders(Path(os.environ["PROOF_ORDERS"]))


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """What the platform answers; a process that is to die has done everything but say so."""
    answer: Iterable[bytes] = plain(environ, start_response)
    # The transaction and the rendering are both inside `plain`: here all of it is committed.
    if environ["REQUEST_METHOD"] == "POST" and orders.obey(IN_WEB, in_hand="", held=()):
        orders.die()
    return answer
