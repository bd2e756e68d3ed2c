"""Words of allauth that Naast says otherwise: our catalogue is read before theirs.

One thing has one name. What allauth calls a security key is a passkey here, on every page.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop, ngettext_lazy

WORDS = (
    gettext_noop("Add Security Key"),
    gettext_noop("Are you sure you want to remove this security key?"),
    gettext_noop("Backup key"),
    gettext_noop("Edit Security Key"),
    gettext_noop("Key nr. {number}"),
    gettext_noop("Master key"),
    gettext_noop("No security keys have been added."),
    gettext_noop("Remove Security Key"),
    gettext_noop("Security Keys"),
    gettext_noop("Security key added."),
    gettext_noop("Security key removed."),
    gettext_noop("Use a security key"),
    ngettext_lazy(
        "You have added %(count)s security key.",
        "You have added %(count)s security keys.",
        "count",
    ),
)
