"""Logs carry what is on the list, and never a token, a value or the words of an error."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import RequestFactory

from core.logs import AllowListFormatter, StrictReporterFilter, redact


def line(message: str, *args: object, **options: Any) -> dict[str, Any]:
    """The log line that a call writes, read back."""
    name = options.pop("name", "core.test")
    written: list[str] = []

    class Catcher(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(AllowListFormatter().format(record))

    logger = logging.getLogger(name)
    catcher = Catcher()
    logger.addHandler(catcher)
    propagates, logger.propagate = logger.propagate, False
    try:
        logger.log(logging.ERROR, message, *args, **options)
    finally:
        logger.removeHandler(catcher)
        logger.propagate = propagates
    found: dict[str, Any] = json.loads(written[0])
    return found


def test_only_listed_extras_are_written() -> None:
    found = line("done", extra={"kind": "x", "work": 7, "email": "ada@naast.example"})

    assert (found["kind"], found["work"]) == ("x", 7)
    assert "email" not in found
    assert set(found) == {"at", "level", "logger", "message", "kind", "work"}


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("Not Found: /v/abc-DEF_123", "Not Found: /v/***"),
        ("/agenda/abc.ics?x=1", "/agenda/***?x=1"),
        ("GET /uitnodiging/abc/ HTTP/1.1", "GET /uitnodiging/*** HTTP/1.1"),
        ("/accounts/password/reset/key/1-abc/", "/accounts/password/reset/key/***"),
        ("/vraag/1", "/vraag/1"),
    ],
)
def test_tokens_in_paths_are_masked(path: str, seen: str) -> None:
    assert redact(path) == seen
    assert line("%s", path)["message"] == seen


def fail() -> None:
    cause = KeyError("ada@naast.example")
    raise ValueError("Key (email)=(ada@naast.example) exists.") from cause


@pytest.fixture
def error() -> ValueError:
    """An error that was caught, with another behind it."""
    with pytest.raises(ValueError, match="exists") as caught:
        fail()
    return caught.value


@pytest.mark.parametrize("name", ["core.test", "django.request", "celery.app.trace"])
def test_the_words_of_an_error_are_not_written(error: ValueError, name: str) -> None:
    words = "Task core.x[1] raised unexpected: %r\nDETAIL: %s"

    found = line(words, error, error, name=name, exc_info=error)

    assert "ada" not in json.dumps(found)
    assert found["exception"] == "ValueError"
    assert "test_logs.py" in found["trace"]


def test_an_error_that_celery_shortened_is_not_written_either(error: ValueError) -> None:
    words = "Task core.x[1] raised unexpected: ValueError('Key (email)=(ada@naa..."

    found = line(words, name="celery.app.trace", exc_info=error)

    assert found["message"] == "Task core.x[1] raised unexpected"


def test_an_error_report_has_no_form_values() -> None:
    request = RequestFactory().post("/", {"naam": "Ada"})
    strict = StrictReporterFilter()

    assert strict.is_active(request)
    assert strict.get_post_parameters(request) == {"naam": strict.cleansed_substitute}
    assert strict.get_post_parameters(None) == {}
