"""A refusal is a noun with a sentence: it may be shown to the person who asked."""

from __future__ import annotations

from django.utils.functional import Promise


class Refusal(Exception):
    """Something that was asked for and cannot be; nothing was changed.

    Subclasses live beside the code that raises them and set `message`: one translated
    sentence that says what happened and what to do. Anything else is a bug and stays loud.
    """

    message: str | Promise = ""
    status = 409

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.message))


class NotAllowed(Refusal):
    """This person may not do this. Where existence is a secret, raise 404 instead."""

    status = 403
