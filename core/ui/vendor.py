"""Brings third-party browser files into the repository: no build step, no node at run time.

Run `python -m core.ui.vendor DIRECTORY`, where DIRECTORY holds the four packages of `PACKAGES` as
npm packs them (`npm pack NAME@VERSION`). Files are copied unchanged, except that Utrecht's bundle
is cut down to the components that Naast uses. What was written is listed with its hash in
`static/vendor/SHA256SUMS`, and a test compares the two.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUMS = ROOT / "static" / "vendor" / "SHA256SUMS"

UTRECHT_PARTS = (
    "alert",
    "breadcrumb-nav",
    "button",
    "button-group",
    "data-list",
    "form-field",
    "form-field-description",
    "form-field-error-message",
    "form-fieldset",
    "form-label",
    "heading-1",
    "heading-2",
    "heading-3",
    "heading-4",
    "paragraph",
    "select",
    "skip-link",
    "table",
    "table-container",
    "textarea",
    "textbox",
)

# The class of a kept part ends there, or goes on with an element (__) or a modifier (--):
# `utrecht-button` must not bring in `utrecht-button-link`.
_KEPT = re.compile(rf"\.utrecht-(?:{'|'.join(UTRECHT_PARTS)})(?:__|--|(?![\w-]))")
_UTRECHT = re.compile(r"\.utrecht-[\w-]+")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

_HEADER = """\
/*
 * @license EUPL-1.2
 * Copyright (c) 2020-2025 Gemeente Utrecht
 * Copyright (c) 2020-2025 Frameless B.V.
 *
 * Cut from @utrecht/component-library-css 9.0.4 by core/ui/vendor.py: only the components that
 * Naast uses, in a layer of their own, so that a rule of ours always wins whatever its weight.
 */
@layer utrecht {
"""


@dataclass(frozen=True)
class Package:
    """One npm package: the archive, its hash, and where each file of it goes."""

    archive: str
    sha256: str
    files: dict[str, str]


FONT = "package/files/atkinson-hyperlegible-next"
PACKAGES = (
    Package(
        "utrecht-component-library-css-9.0.4.tgz",
        "fff546ee8e41e5fb0cd9ce0aa61b267e8af21d693fb6790601d87514f6b63bd1",
        {
            "package/dist/index.css": "static/vendor/utrecht/utrecht.css",
            "package/LICENSE.md": "static/vendor/utrecht/LICENSE.md",
        },
    ),
    Package(
        "htmx.org-2.0.11.tgz",
        "165a2655073e9e6e55e307a7c74e8ebcdb76afb7701f9c16cfd106a13add408e",
        {
            "package/dist/htmx.min.js": "static/vendor/htmx/htmx.min.js",
            "package/LICENSE": "static/vendor/htmx/LICENSE",
        },
    ),
    Package(
        "fontsource-variable-atkinson-hyperlegible-next-5.3.0.tgz",
        "75d5156505841b7dd4251398f0a5ff9e44120c87c2e388e9a108879b4def23a6",
        {
            f"{FONT}-latin-wght-normal.woff2": "static/fonts/atkinson-next-latin.woff2",
            f"{FONT}-latin-ext-wght-normal.woff2": "static/fonts/atkinson-next-latin-ext.woff2",
            "package/LICENSE": "static/fonts/LICENSE",
        },
    ),
    Package(
        "axe-core-4.14.1.tgz",
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        {
            "package/axe.min.js": "tests/vendor/axe.min.js",
            "package/LICENSE": "tests/vendor/LICENSE",
        },
    ),
)


def trim(css: str) -> str:
    """Return the rules of `css` about `UTRECHT_PARTS`, as one cascade layer."""
    return _HEADER + "".join(_kept(_COMMENT.sub("", css))) + "}\n"


def _kept(css: str) -> Iterator[str]:
    for prelude, body in _blocks(css):
        if prelude.startswith(("@media", "@supports")):
            inside = "".join(_kept(body))
            if inside:
                yield f"{prelude} {{\n{inside}}}\n"
        elif not prelude.startswith("@"):
            selectors = [one for one in _selectors(prelude) if _about_a_kept_part(one)]
            if selectors:
                yield f"{', '.join(selectors)} {{{body.rstrip()}\n}}\n"


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield each outermost `prelude { body }`; statements without a block are skipped."""
    at = 0
    while (start := css.find("{", at)) != -1:
        depth, end = 1, start + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        prelude = css[at:start].rsplit(";", 1)[-1].strip()
        yield " ".join(prelude.split()), css[start + 1 : end - 1]
        at = end


def _selectors(prelude: str) -> Iterator[str]:
    """Split at the commas that stand outside parentheses."""
    depth, start = 0, 0
    for at, sign in enumerate(prelude):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            yield prelude[start:at].strip()
            start = at + 1
    yield prelude[start:].strip()


def _about_a_kept_part(selector: str) -> bool:
    classes = _UTRECHT.findall(selector)
    return bool(classes) and all(_KEPT.match(name) for name in classes)


def install(directory: Path) -> None:
    """Unpack `PACKAGES` from `directory` and write the list of hashes.

    Raises:
        ValueError: An archive is not the one we looked at.
    """
    written: list[str] = []
    for package in PACKAGES:
        archive = directory / package.archive
        if hashlib.sha256(archive.read_bytes()).hexdigest() != package.sha256:
            raise ValueError(f"{package.archive} is not the archive we looked at")
        with tarfile.open(archive) as files:
            for source, target in package.files.items():
                member = files.extractfile(source)
                if member is None:
                    raise ValueError(f"{package.archive} has no file {source}")
                content = member.read()
                if target.endswith("utrecht.css"):
                    content = trim(content.decode()).encode()
                path = ROOT / target
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                written.append(target)
    SUMS.write_text("".join(f"{sha256(target)}  {target}\n" for target in sorted(written)))


def sha256(target: str) -> str:
    """Return the hash of a file, named from the root of the repository."""
    return hashlib.sha256((ROOT / target).read_bytes()).hexdigest()


if __name__ == "__main__":
    install(Path(sys.argv[1]))
