"""The words an expert says yes to. A version that was published never changes: its hash is here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDER = Path("templates/pool/consent")
# Another word is another version; a yes to an older one stays a yes to that one.
CURRENT = 1
PUBLISHED = {
    (1, "nl"): "ddad4ba86ecad1208019c2dcc3a6070df62df831018f21984b58e6a40c939f34",
    (1, "en"): "fc791fcfdb1395eae6b532ae7036d793ad79b2bf88f590d3459303ce135cf606",
}


@dataclass(frozen=True)
class ConsentText:
    """One version in one language, as it stands on the screen."""

    version: int
    language: str
    body: str
    sha256: str

    @property
    def lines(self) -> list[str]:
        return self.body.strip().splitlines()


@cache
def consent_text(version: int, language: str) -> ConsentText:
    """The words of a version; in Dutch where there is no other."""
    spoken = language if (version, language) in PUBLISHED else "nl"
    body = (Path(settings.BASE_DIR) / FOLDER / f"{version}.{spoken}.txt").read_text("utf-8")
    return ConsentText(version, spoken, body, hashlib.sha256(body.encode()).hexdigest())
