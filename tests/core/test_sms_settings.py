"""An installation says where text messages go, or that nobody gets any; it never forgets."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

KEYS = ("k" * 32, "r" * 32)


@pytest.mark.parametrize(
    "url",
    [
        "https://sms.example/v1/messages",
        "https://sms.example:8443/v1",
        "http://127.0.0.1:8080/v1",
        "http://[::1]:8080/v1",
        "http://localhost/v1/",
    ],
)
def test_a_gateway_is_reached_over_tls_or_on_this_machine(url: str) -> None:
    assert env.gateway(url, *KEYS) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://sms.example/v1",
        "http://127.0.0.1.sms.example/v1",
        "https://",
        "https://ada:secret@sms.example/v1",
        "https://sms.example/v1?key=secret",
        "https://sms.example/v1#x",
        "https://sms.example:port/v1",
        "ftp://sms.example/v1",
        "sms.example",
        "",
    ],
)
def test_an_address_where_others_could_read_along_stops_the_start(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SMS_GATEWAY_URL must look like"):
        env.gateway(url, *KEYS)


@pytest.mark.parametrize("keys", [(), ("",), KEYS[:1], ("", KEYS[1]), (KEYS[0], "short")])
def test_a_gateway_without_good_keys_stops_the_start(keys: tuple[str, ...]) -> None:
    with pytest.raises(ImproperlyConfigured, match="at least 32 random characters"):
        env.gateway("https://sms.example/v1", *keys)


def test_nobody_gets_text_messages_only_when_somebody_says_so() -> None:
    assert env.gateway("none", "") == ""


def started(**more: str) -> str:
    """The last line of a start with the demo off, and these settings."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SMS_") and name not in {"DEMO", "CLOCK_OFFSET_FILE"}
    }
    program = "import django; django.setup(); print('started')"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, **more},
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    return (ran.stdout + ran.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Set SMS_GATEWAY_URL"),
        ({"SMS_GATEWAY_URL": "none"}, "started"),
        ({"SMS_GATEWAY_URL": "https://sms.example/v1"}, "needs SMS_GATEWAY_KEY"),
        (
            {
                "SMS_GATEWAY_URL": "https://sms.example/v1",
                "SMS_GATEWAY_KEY": KEYS[0],
                "SMS_WEBHOOK_KEYS": ",".join(KEYS),
            },
            "started",
        ),
    ],
)
def test_outside_the_demo_an_installation_has_to_choose(given: dict[str, str], said: str) -> None:
    assert said in started(**given)
