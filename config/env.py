"""Typed readers of the environment that stop the start with the name and an example."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SHORTEST_KEY = 32


def text(name: str, *, default: str | None = None, example: str = "…") -> str:
    """The value of `name`; without a default its absence stops the start."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name}, for example {name}={example}")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """`name` as a yes or no; anything else than 1/0, true/false, yes/no stops the start."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write {name}=1 or {name}=0")


def number(name: str, *, default: int) -> int:
    """`name` as a whole number."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number") from None


def names(name: str, *, default: str = "") -> list[str]:
    """`name` as a comma-separated list without empty entries."""
    return [entry.strip() for entry in os.environ.get(name, default).split(",") if entry.strip()]


def path(name: str) -> Path | None:
    """`name` as a path, or None when it is not set."""
    value = os.environ.get(name)
    return Path(value) if value else None


def database(url: str) -> dict[str, object]:
    """Django's settings for a `postgresql://user:password@host:port/name?host=/socket` URL."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must name PostgreSQL, for example postgresql://naast_app@127.0.0.1/naast"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = query.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": dict(query),
    }


def gateway(url: str, *keys: str) -> str:
    """The address of the gateway for text messages; empty for "none".

    Numbers and links go there, so only over TLS (or to this machine) and only signed.
    """
    if url == "none":
        return ""
    if not _is_safe(url):
        raise ImproperlyConfigured(
            "SMS_GATEWAY_URL must look like https://sms.example/v1/messages; "
            "write SMS_GATEWAY_URL=none where nobody gets text messages"
        )
    if len(keys) < 2 or min(map(len, keys)) < SHORTEST_KEY:  # noqa: PLR2004
        raise ImproperlyConfigured(
            "SMS_GATEWAY_URL needs SMS_GATEWAY_KEY and SMS_WEBHOOK_KEYS, "
            f"each at least {SHORTEST_KEY} random characters"
        )
    return url.rstrip("/")


def heartbeat(url: str) -> str:
    """The address that is told every minute that all is well; empty for nobody."""
    if url and not _is_safe(url):
        raise ImproperlyConfigured(
            "HEARTBEAT_URL must look like https://watchdog.example/<secret>, without a query"
        )
    return url


def _is_safe(url: str) -> bool:
    """Whether this is an address over TLS or on this machine, and nothing more than that."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def email(url: str) -> dict[str, object]:
    """Django's mail settings for `smtp://user:password@host:port?tls=1` or `smtps://…`."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:587?tls=1")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": query.get("tls") == "1",
    }
