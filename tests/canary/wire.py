"""What goes over Redis while the journey lasts, and what it holds at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Self

from redis import Redis
from redis.exceptions import RedisError


class Wire:
    """Listens to every command to the part of a Redis server that Naast uses."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._clients = [Redis.from_url(url, db=number) for number in _databases(url)]
        self._marks = tuple(f"[{number} " for number in _databases(url))
        self._heard: list[str] = []
        self._monitor: Any = Redis.from_url(url, socket_timeout=None).monitor()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._monitor.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._monitor.connection.disconnect()
        self._thread.join(timeout=5)
        for client in self._clients:
            client.close()

    def _listen(self) -> None:
        while True:
            try:
                line = self._monitor.connection.read_response()
            except (RedisError, OSError, ValueError, AttributeError):
                return
            self._heard.append(line if isinstance(line, str) else line.decode("latin-1"))

    def lines(self) -> list[str]:
        """The commands so far; those of other databases are somebody else's."""
        heard = [(line, line.partition(" ")[2]) for line in list(self._heard)]
        return [line for line, command in heard if command.startswith(self._marks)]

    def kept(self) -> Iterator[tuple[str, str]]:
        """Every key with its value."""
        for client in self._clients:
            read: dict[object, Any] = {
                b"string": client.get,
                b"list": lambda key, of=client: of.lrange(key, 0, -1),
                b"set": client.smembers,
                b"hash": client.hgetall,
                b"zset": lambda key, of=client: of.zrange(key, 0, -1),
            }
            for key in client.scan_iter():
                value = read.get(client.type(key), client.dump)(key)
                yield key.decode("latin-1"), _text(value)


def _databases(url: str) -> tuple[int, ...]:
    """The numbers that Naast uses: over a socket the cache has one and the broker another."""
    if url.startswith("unix://"):
        return (0, 1)
    return (int(url.rpartition("/")[2] or 0),)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return " ".join(f"{_text(k)} {_text(v)}" for k, v in value.items())
    if isinstance(value, list | set):
        return " ".join(map(_text, value))
    return str(value)
