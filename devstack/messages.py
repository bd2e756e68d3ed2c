"""Texts in two languages: what the code says (English ids), what the Dutch file answers.

Works without gettext's tools, which are not on every machine.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from devstack.places import ROOT

DUTCH = ROOT / "locale/nl/LC_MESSAGES/django.po"
SOURCES = ["config", "core", "pool", "matching", "scheduling", "insight"]
TEMPLATES = {".html", ".ics", ".svg", ".txt", ".xml"}
# What a function takes before anything else, by its name without `_lazy` and `_noop`.
TAKES = {
    "_": ("words",),
    "gettext": ("words",),
    "ngettext": ("words", "plural"),
    "pgettext": ("context", "words"),
    "npgettext": ("context", "words", "plural"),
}
CALL = re.compile(r"(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\(")
PLURAL_RULE = "(n != 1)"

Key = tuple[str, str | None]


def compile_stale() -> None:
    """Writes each .mo that is missing or older than its .po."""
    for source in (ROOT / "locale").glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        unfinished = target.with_suffix(".mo.unfinished")
        with unfinished.open("wb") as sink:
            write_mo(sink, _read(source))
        unfinished.rename(target)


def update() -> int:
    """Brings the Dutch file in line with the code and compiles it; returns how many texts wait."""
    found = _found()
    known = _read(DUTCH) if DUTCH.exists() else Catalog(locale="nl")
    fresh = Catalog(
        locale="nl", project="Naast", fuzzy=False, header_comment="# Dutch texts of Naast."
    )
    fresh.mime_headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Plural-Forms", f"nplurals=2; plural={PLURAL_RULE};"),
    ]
    for message in found:
        answer = known.get(_id(message), message.context)
        # Kept as it was; where it is new it stays empty. Nothing is guessed, so nothing is fuzzy.
        fresh.add(
            message.id,
            answer.string if answer and _is_answer(message, answer) else None,
            context=message.context,
            auto_comments=message.auto_comments,
            user_comments=answer.user_comments if answer else (),
            flags=message.flags,
        )
    DUTCH.parent.mkdir(parents=True, exist_ok=True)
    with DUTCH.open("wb") as sink:
        # Without places and in order of the ids: two people adding texts rarely collide.
        write_po(sink, fresh, width=100, no_location=True, sort_output=True, omit_header=False)
    compile_stale()
    return sum(1 for message in fresh if message.id and not _is_complete(message))


def complaints() -> Iterator[str]:
    """Sentences on everything that keeps the Dutch file from being complete."""
    known = _read(DUTCH) if DUTCH.exists() else Catalog(locale="nl")
    wanted = {(_id(message), message.context) for message in _found()}
    for key in sorted(wanted, key=str):
        if known.get(*key) is None:
            yield f"not in the file: {key[0]!r}"
    for message in known:
        if not message.id:
            continue
        if (_id(message), message.context) not in wanted:
            yield f"no longer said: {_id(message)!r}"
        elif message.fuzzy:
            yield f"fuzzy: {_id(message)!r}"
        elif not _is_complete(message):
            yield f"empty: {_id(message)!r}"
        else:
            yield from (f"{problem}: {_id(message)!r}" for problem in message.check(known))


def main(arguments: Sequence[str]) -> int:
    """Brings the Dutch file in line, or with `--check` says where it is not."""
    if list(arguments) == ["--check"]:
        found = list(complaints())
        for complaint in found:
            print(complaint)
        if found:
            print(f"{len(found)} complaints; ./naast messages brings the file in line.")
        return 1 if found else 0
    waiting = update()
    print(f"{DUTCH.relative_to(ROOT)} is in line with the code; {waiting} texts wait for Dutch.")
    return 0


def _read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale="nl", domain="django")


def _found() -> list[Message]:
    """Every text that the code and the templates say."""
    found = Catalog(locale="nl")
    for path in sorted(_files()):
        extract = _of_template if path.suffix in TEMPLATES else _of_module
        for words, context, comments in extract(path.read_text(encoding="utf-8")):
            found.add(words, context=context, auto_comments=comments)
    return [message for message in found if message.id]  # without the header


def _files() -> Iterator[Path]:
    for source in SOURCES:
        for path in (ROOT / source).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path
    for place in [ROOT / "templates", *(ROOT / source / "templates" for source in SOURCES)]:
        yield from (path for path in place.rglob("*") if path.suffix in TEMPLATES)


Text = tuple[str | tuple[str, str], str | None, list[str]]


def _of_module(source: str) -> Iterator[Text]:
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            comment = lines[node.lineno - 2].strip() if node.lineno > 1 else ""
            said = comment.startswith("# Translators:")
            yield from _of_call(node, [comment.removeprefix("# ")] if said else [])


def _of_template(source: str) -> Iterator[Text]:
    # Django blanks out everything but the calls; each is then a Python expression by itself.
    blanked = templatize(source)
    for call in CALL.finditer(blanked):
        end = blanked.find(")", call.end())
        while end >= 0:
            try:
                expression = ast.parse(blanked[call.start() : end + 1], mode="eval").body
            except SyntaxError:
                end = blanked.find(")", end + 1)
                continue
            if isinstance(expression, ast.Call):
                yield from _of_call(expression, [])
            break


def _of_call(call: ast.Call, comments: list[str]) -> Iterator[Text]:
    """The text that `call` marks; a variable is none, whoever filled it has marked it."""
    if not isinstance(call.func, ast.Name):
        return
    takes = TAKES.get(call.func.id.removesuffix("_lazy").removesuffix("_noop"), ())
    given = {
        name: argument.value
        for name, argument in zip(takes, call.args, strict=False)
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    if words := given.get("words"):
        plural = given.get("plural")
        yield (words, plural) if plural else words, given.get("context"), comments


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _is_answer(message: Message, answer: Message) -> bool:
    return isinstance(message.id, str) == isinstance(answer.id, str)


def _is_complete(message: Message) -> bool:
    if isinstance(message.string, str):
        return bool(message.string)
    return all(message.string or [""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
