"""Pages over plain HTTP, and the forms in them, as a program without a browser meets them."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any


@dataclass(frozen=True)
class Input:
    """One field of a form; `hides` where a page says that it is not for people."""

    kind: str
    name: str
    value: str
    is_chosen: bool
    hides: bool


@dataclass
class Form:
    method: str
    action: str
    inputs: list[Input] = field(default_factory=list)

    def defaults(self) -> list[tuple[str, str]]:
        """What is sent where nobody chooses anything."""
        return [
            (one.name, one.value)
            for one in self.inputs
            if one.kind not in {"radio", "checkbox"} or one.is_chosen
        ]

    def choices(self, *, sees_all: bool) -> dict[str, list[str]]:
        """The groups of radio buttons and ticks; `sees_all` with those that nobody sees."""
        found: dict[str, list[str]] = {}
        for one in self.inputs:
            if one.kind in {"radio", "checkbox"} and (sees_all or not one.hides):
                found.setdefault(one.name, []).append(one.value)
        return found

    def says(self, act: str) -> bool:
        return ("act", act) in self.defaults()


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("method", "get").lower(), given.get("action", "")))
        if tag in {"div", "form", "fieldset", "section"}:
            self._open.append((tag, given.get("aria-hidden") == "true" or "inert" in given))
        if tag == "input" and given.get("name") and self.forms:
            hides = any(hidden for _tag, hidden in self._open)
            kind, value = given.get("type", "text"), given.get("value", "")
            if kind in {"radio", "checkbox"}:
                value = value or "on"
            one = Input(kind, given["name"], value, "checked" in given, hides)
            self.forms[-1].inputs.append(one)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()


class Fetcher:
    """Plain HTTP from an address of its own, with a jar of cookies."""

    def __init__(self, source: str = "127.0.0.1", jar: CookieJar | None = None) -> None:
        self.jar = CookieJar() if jar is None else jar

        class Connection(http.client.HTTPConnection):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs | {"source_address": (source, 0)})

        class Handler(urllib.request.HTTPHandler):
            def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
                return self.do_open(Connection, request)

        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(Handler, cookies)

    def ask(self, url: str, data: list[tuple[str, str]] | None = None, method: str = "") -> str:
        """The page that comes back, whatever its status."""
        body = None if data is None else urllib.parse.urlencode(data).encode()
        usual = "GET" if body is None else "POST"
        request = urllib.request.Request(url, data=body, method=method or usual)  # noqa: S310
        try:
            answer = self.opener.open(request, timeout=20)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return str(answer.read().decode())

    def send(self, url: str, form: Form, data: list[tuple[str, str]]) -> str:
        target = urllib.parse.urljoin(url, form.action)
        if form.method == "get":
            return self.ask(f"{target}?{urllib.parse.urlencode(data)}")
        return self.ask(target, data)
