"""Tables without row-level security, each with its reason; a test refuses any other.

A table is protected by its region unless it stands here. What stands here holds no case data,
or must be read before a region is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.retention import Keep


@dataclass(frozen=True)
class Unbound:
    """Why a table has no region policy, and how long its rows stay."""

    why: str
    keep: Keep


_PERSON = Keep.while_in_use("goes with the account")
_FIXED = Keep.while_in_use("written by migrations, about no person")

NAMED: dict[str, Unbound] = {
    "core_region": Unbound("says which regions there are", _FIXED),
    "core_user": Unbound(
        "a login finds its person before any region is known",
        Keep.after(
            "closed_at",
            timedelta(days=90),
            "three months after the last role ended; a bare number stays while rows point at it",
        ),
    ),
    "core_user_groups": Unbound("Django's own; empty, roles are memberships", _PERSON),
    "core_user_user_permissions": Unbound("Django's own; empty, roles are memberships", _PERSON),
    "core_linktoken": Unbound(
        "a link is opened before anybody signs in; hashes only, and it names its region",
        Keep.after("expires_at", timedelta(days=7), "a week after the link is dead"),
    ),
    "core_ratebucket": Unbound(
        "counts tries of strangers",
        Keep.after("window_start", timedelta(hours=48), "two days"),
    ),
    "core_heartbeat": Unbound("when the engine was last alive; about no person", _FIXED),
    "account_emailaddress": Unbound("allauth's; belongs to the login", _PERSON),
    "account_emailconfirmation": Unbound("allauth's; unused, addresses come invited", _PERSON),
    "mfa_authenticator": Unbound("allauth's; second factors of the login, sealed", _PERSON),
    "usersessions_usersession": Unbound("allauth's; signed-in devices of the login", _PERSON),
    "auth_group": Unbound("Django's own; empty", _FIXED),
    "auth_group_permissions": Unbound("Django's own; empty", _FIXED),
    "auth_permission": Unbound("names of Django's permissions", _FIXED),
    "django_content_type": Unbound("names of tables", _FIXED),
    "django_migrations": Unbound("which migrations ran", _FIXED),
    "django_session": Unbound(
        "a session is read before its person is known",
        Keep.after("expire_date", timedelta(0), "until it ends"),
    ),
    "pghistory_context": Unbound("unused: the context stands in the event row", _FIXED),
    "pool_area": Unbound("areas of postcodes: geography, about no person", _FIXED),
}
