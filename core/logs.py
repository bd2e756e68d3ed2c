"""Log lines with an allow-list of fields, and token paths masked.

A log may carry ids, action, code, duration, region and request id (security.md 5.2);
bodies, query values and tokens never. What is not on the list is dropped.
"""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

FIELDS = ("action", "code", "duration_ms", "region", "request_id", "work", "kind", "outcome")
SECRET_PATHS = re.compile(r"/(v|agenda|uitnodiging|accounts/password/reset/key)/[^\s\"'?]+")


def redact(text: str) -> str:
    """Return `text` with every token path masked, as in /v/***."""
    return SECRET_PATHS.sub(r"/\1/***", text)


class AllowListFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and listed extras only."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(_message(record)),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            # The type and the place; the text of an exception may quote a row.
            line["exception"] = record.exc_info[0].__name__
            line["trace"] = redact(_places(record))
        return json.dumps(line, default=str)


def _message(record: logging.LogRecord) -> str:
    """The message without the words of an exception: those may quote a row.

    Celery writes exception and traceback into the message itself, Django and others put the
    exception's text there.
    """
    message = record.getMessage()
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return message
    if record.name.startswith("celery"):
        return message.partition(":")[0]
    while error is not None:
        for words in (repr(error), str(error)):
            message = message.replace(words, type(error).__name__) if words else message
        error = error.__cause__ or error.__context__
    return message


def _places(record: logging.LogRecord) -> str:
    frames = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(frames[-12:]))


class StrictReporterFilter(SafeExceptionReporterFilter):
    """Error reports carry no POST values, whatever DEBUG says."""

    def is_active(self, request: HttpRequest | None) -> bool:  # noqa: ARG002
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request else {}
