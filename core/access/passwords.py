"""How long a password must be, in words that Django's Dutch catalogue lacks."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Refuses short passwords; length is what makes one strong, so nothing else is asked."""

    def get_error_message(self) -> str:
        said = ngettext(
            "This password is too short: at least %(n)d character.",
            "This password is too short: at least %(n)d characters.",
            self.min_length,
        )
        return said % {"n": self.min_length}
