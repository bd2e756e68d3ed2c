"""Which database role this process is, and the refusal to be a mightier one.

Every new connection is judged, not only the start: a check at start would stop `migrate`
and spare the web server (docs/adr/0004).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

VERDICT = """
SELECT current_user::text,
       bool_or(r.rolsuper OR r.rolbypassrls),
       bool_or(EXISTS (SELECT FROM pg_class k
                       WHERE k.relnamespace = 'public'::regnamespace
                         AND k.relkind IN ('r', 'p') AND k.relowner = r.oid))
FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')
"""
_judged: set[tuple[str, ...]] = set()


def guard_connection(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Refuse a connection that could pass row-level security, unless it was meant to.

    MEMBER, not USAGE: what `SET ROLE` could reach counts as well.
    """
    if settings.DATABASE_ROLE in {"owner", "backup"}:
        return
    key = tuple(str(connection.settings_dict[part]) for part in ("HOST", "PORT", "NAME", "USER"))
    if key in _judged:
        return
    with connection.cursor() as cursor:
        cursor.execute(VERDICT)
        user, mighty, owner = cursor.fetchone()
    if mighty or owner:
        connection.close()
        raise ImproperlyConfigured(
            f"The database role {user!r} may pass row-level security, but this process was meant "
            f"to be {settings.DATABASE_ROLE!r}. Connect as the application role, or set "
            "DATABASE_ROLE=owner for migrations."
        )
    _judged.add(key)


def refuse_wrong_role() -> None:
    """Open the connection once while booting, so that a wrong role stops the start."""
    connection.ensure_connection()
    connection.close()
