"""Numbers that say who somebody is, and are refused wherever they are typed."""

from __future__ import annotations

import re

# Nine digits, also when written in groups; not a part of a longer number.
NINE_DIGITS = re.compile(r"(?<!\d)(?<!\d[ .\-])\d(?:[ .\-]?\d){8}(?![ .\-]?\d)")


def holds_bsn(text: str) -> bool:
    """Whether some nine digits in `text` could be somebody's BSN."""
    return any(is_bsn(match.group()) for match in NINE_DIGITS.finditer(text))


def is_bsn(text: str) -> bool:
    """The 11-test: 9a + 8b + … + 2h - i is a multiple of 11, and not all are zero."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    if len(digits) != len(weights) or not any(digits):
        return False
    total = sum(weight * digit for weight, digit in zip(weights, digits, strict=True))
    return total % 11 == 0
