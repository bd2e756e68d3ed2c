"""Somebody with a browser: cookies, the token of a form, and no redirect that goes unseen."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin

from tests.canary.evidence import COOKIES, HEADERS, URLS, Evidence, Page

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
# Everything in a page that a browser may ask for; telephone numbers are for dialling.
LINK = re.compile(r'\s(?:href|action|src|hx-[a-z]+|data-[a-z-]+)="([^"]*)"')
NO_ADDRESS = ("tel:", "mailto:")
MOST_STEPS = 5
Answers = Mapping[str, str | Sequence[str]]


class _Seen(urllib.request.HTTPRedirectHandler):
    """Does not follow: every step is looked at first."""

    def redirect_request(self, *_step: Any) -> None:
        return None


class Visitor:
    """One person with one browser, who writes down all that the server lets out."""

    def __init__(self, who: str, root: str, evidence: Evidence) -> None:
        self.who, self.root, self.evidence = who, root, evidence
        self.token = ""
        self.url = root
        opener = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(opener, _Seen)

    def sign_in(self, membership: str) -> None:
        """Come in through the demo's button; the list of people there is the demo's own."""
        self._ask("/accounts/login/", None)
        self.post("/demo/inloggen/", {"membership": membership}, expect=302)

    def see(self, path: str, name: str, *, expect: int = 200, live: bool = False) -> str:
        """Open a page and keep it under `name`."""
        status, text = self._follow(path, None, live=live)
        assert status == expect, f"{self.who}: {path} answers {status}"
        self._keep(name, text)
        return text

    def post(self, path: str, answers: Answers, name: str = "", *, expect: int = 302) -> str:
        """Send a form, with the token of the page that was seen last."""
        data = urlencode({"csrfmiddlewaretoken": self.token, **answers}, doseq=True).encode()
        status, text = self._ask(path, data)
        assert status == expect, f"{self.who}: {path} answers {status}: {_said(text)}"
        if name:
            self._keep(name, text)
        return text

    def send(self, path: str, field: str, content: bytes, *, expect: int = 302) -> None:
        """Send a form with one file."""
        edge = "kanarie-grens"
        parts = (
            ('name="csrfmiddlewaretoken"', self.token.encode()),
            (f'name="{field}"; filename="list.csv"', content),
        )
        body = b"".join(
            f"--{edge}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + text + b"\r\n"
            for head, text in parts
        )
        kind = f"multipart/form-data; boundary={edge}"
        status, text = self._ask(path, body + f"--{edge}--\r\n".encode(), kind=kind)
        assert status == expect, f"{self.who}: {path} answers {status}: {_said(text)}"

    def _keep(self, name: str, text: str) -> None:
        self.evidence.pages.append(Page(self.who, name, text))
        for link in LINK.findall(text):
            if not link.startswith(NO_ADDRESS):
                self.evidence.add(URLS, f"{self.who}: {name}", unescape(link))

    def _follow(self, path: str, data: bytes | None, *, live: bool) -> tuple[int, str]:
        for _step in range(MOST_STEPS):
            status, text = self._ask(path, data, live=live)
            if status not in {301, 302, 303}:
                return status, text
            path = self.url
        raise AssertionError(f"{path} goes round")

    def _ask(
        self, path: str, data: bytes | None, *, live: bool = False, kind: str = ""
    ) -> tuple[int, str]:
        url = urljoin(self.root, path)
        self.evidence.add(URLS, f"asked by {self.who}", url)
        headers = {"Accept-Language": "nl", "Referer": self.url}
        if live:
            headers["HX-Request"] = "true"
        if kind:
            headers["Content-Type"] = kind
        try:
            answer = self._opener.open(
                urllib.request.Request(url, data, headers),  # noqa: S310  our own server
                timeout=20,
            )
        except urllib.error.HTTPError as other:
            answer = other
        with answer:
            text = answer.read().decode()
        for name, value in answer.headers.items():
            sink = {"Location": URLS, "Set-Cookie": COOKIES}.get(name, HEADERS)
            self.evidence.add(sink, f"{self.who}: {name}", value)
        self.url = urljoin(url, answer.headers.get("Location", url))
        found = TOKEN.search(text)
        self.token = found.group(1) if found else self.token
        return answer.status, text


def _said(text: str) -> str:
    words = re.sub(r"<[^>]+>", " ", text.partition("<main")[2] or text)
    return " ".join(words.split())[:400]
