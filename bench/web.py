"""A web server as in production, and clients that ask it as fast as it answers."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from bench.figures import quantile
from bench.reach import environment

WORKERS, CLIENTS = 2, 8
PATIENCE = 60.0


@dataclass(frozen=True)
class Load:
    """What clients saw: answers a second, and milliseconds of 95 of 100 answers."""

    per_second: float
    p95: float


@dataclass(frozen=True)
class Server:
    """A running server on a port of this machine."""

    port: int

    def ask(
        self, path: str, cookies: Mapping[str, str], *, seconds: float, clients: int = CLIENTS
    ) -> Load:
        """Let `clients` ask for one page, each again as soon as it has its answer.

        Every answer that was asked for in `seconds` is waited for, and that time counts too: of a
        slow page the last answers come long after.
        """
        request = self._request(path, cookies)
        began = time.monotonic()
        with ThreadPoolExecutor(clients) as pool:
            runs = list(pool.map(lambda _n: self._client(request, began + seconds), range(clients)))
        times = [one for run in runs for one in run]
        return Load(len(times) / (time.monotonic() - began), quantile(times, 0.95))

    def get(self, path: str, cookies: Mapping[str, str]) -> tuple[int, str]:
        """One page: status and text."""
        answer = self._exchange(self._request(path, cookies))
        head, _gap, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()

    def _request(self, path: str, cookies: Mapping[str, str]) -> bytes:
        kept = "; ".join(f"{name}={value}" for name, value in cookies.items())
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"Cookie: {kept}"] if kept else []
        return "\r\n".join([*lines, "", ""]).encode()

    def _client(self, request: bytes, stop_at: float) -> list[float]:
        times = []
        while time.monotonic() < stop_at:
            began = time.perf_counter()
            answer = self._exchange(request)
            times.append((time.perf_counter() - began) * 1000)
            if b" 200 " not in answer[:20]:
                raise RuntimeError(answer[:200])
        return times

    def _exchange(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as line:
            line.sendall(request)
            parts = []
            while part := line.recv(65536):
                parts.append(part)
        return b"".join(parts)


@contextmanager
def served(application: str, **more: str) -> Iterator[Server]:
    """Gunicorn with sync workers, as docs/adr/0011 has it, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, "--workers", str(WORKERS)]
    command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "error"]
    process = subprocess.Popen(command, env=environment("app", **more))  # noqa: S603  (our own)
    try:
        _wait_for(process, port)
        yield Server(port)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError("the web server does not answer") from None
            time.sleep(0.05)
        else:
            return
