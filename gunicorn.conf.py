"""What gunicorn reads by itself when it starts in this folder; the command line adds the rest."""

from __future__ import annotations

import gc

logger_class = "core.weblog.MaskedLogger"


def post_worker_init(worker: object) -> None:  # noqa: ARG001  (gunicorn's name)
    """Let the collector of cycles look at what requests make, not at the program itself.

    A page over a whole pool makes a hundred thousand small things that all go when it is done. As
    Python comes, a look for cycles follows every 700 of them and now and then goes through
    everything that was ever loaded; that took a fifth of such a page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
