"""What stands in the main menu and in the foot: apps register, so that core knows none of them.

An app calls `register` in the `ready` of its config. The entries of a role are shown in the order
of `order`, and an entry appears once for a person with two roles that both have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from core.ui.icons import ICONS

Words = str | Promise
Count = Callable[[HttpRequest], int]


@dataclass(frozen=True)
class Entry:
    """One registered place to go to."""

    role: str
    label: Words
    url_name: str
    icon: str
    order: int
    count: Count | None
    unless: str


@dataclass(frozen=True)
class Item:
    """One place to go to, as the menu shows it: `count` of 0 shows no number."""

    label: Words
    url: str
    icon: str
    current: bool
    count: int


_entries: list[Entry] = []
_foot: list[tuple[Words, str]] = []


def register(  # noqa: PLR0913  one line per tab reads better than an object per tab
    role: str,
    label: Words,
    url_name: str,
    icon: str,
    order: int,
    *,
    count: Count | None = None,
    unless: str = "",
) -> None:
    """Give everyone with `role` a tab; registering the same place again replaces it.

    Args:
        role: The code of the role, as the identity of a request names it.
        label: One short word, translated lazily: the bar on a phone holds five.
        url_name: Name of a URL without arguments.
        icon: A pictogram of the sprite.
        order: Lower stands first.
        count: How many things there wait for this person; asked at every page.
        unless: The code of a role whose people reach this place from another page.

    Raises:
        ValueError: There is no such pictogram.
    """
    if icon not in ICONS:
        raise ValueError(f"{icon!r} is no pictogram; choose from {sorted(ICONS)}")
    _entries[:] = [one for one in _entries if (one.role, one.url_name) != (role, url_name)]
    _entries.append(Entry(role, label, url_name, icon, order, count, unless))


def register_foot(label: Words, url_name: str) -> None:
    """Put a link in the foot of every page; registering the same place again replaces it."""
    _foot[:] = [one for one in _foot if one[1] != url_name]
    _foot.append((label, url_name))


def items(roles: Iterable[str], request: HttpRequest) -> list[Item]:
    """Return the tabs of somebody with these roles, each place once."""
    wanted = frozenset(roles)
    places: dict[str, Entry] = {}
    for entry in sorted(_entries, key=lambda one: (one.order, one.url_name)):
        if entry.role in wanted and entry.unless not in wanted:
            places.setdefault(entry.url_name, entry)
    urls = {name: reverse(name) for name in places}
    # The longest address that the page starts with is the tab it belongs to: /aanvragen/26-0417
    # belongs to /aanvragen/, and the front page "/" only to itself.
    inside = [url for url in urls.values() if _holds(url, request.path)]
    current = max(inside, key=len, default="")
    return [
        Item(
            label=entry.label,
            url=urls[name],
            icon=entry.icon,
            current=urls[name] == current,
            count=entry.count(request) if entry.count else 0,
        )
        for name, entry in places.items()
    ]


def _holds(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))


def foot() -> list[tuple[Words, str]]:
    """Return label and address of the links in the foot."""
    return [(label, reverse(name)) for label, name in _foot]
