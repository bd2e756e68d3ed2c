"""Writing audit rows."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from django.db import models

from core import clock
from core.access.models import User
from core.access.scope import current_region, region_or_none, region_scope
from core.audit.models import AuditEntry, Denial

request_id: ContextVar[UUID | None] = ContextVar("request_id", default=None)
Fact = str | int | bool | None


def record(
    event: str,
    *,
    by: User | None,
    at: datetime,
    subject: UUID | None = None,
    target: models.Model | None = None,
    **facts: Fact,
) -> None:
    """Write that something was done, in the transaction that does it.

    Args:
        event: `noun.verb-past`, for example "offer.accepted".
        by: who did it; None where a clock did.
        at: aware instant of the act.
        subject: the data subject it is about (an expert, a case).
        target: the row that changed; its class and key are kept, never its values.
        facts: codes, ids and counts; never a name, an address or free text.
    """
    _write(event, by=by, at=at, subject=subject, target=target, fields_class=0, facts=facts)


def read(  # noqa: PLR0913  (what, by whom, when, about whom)
    what: str,
    *,
    by: User | None,
    at: datetime,
    subject: UUID,
    target: models.Model | None = None,
    fields_class: int = 3,
) -> None:
    """Write that somebody looked at class 3 or 4 fields of `subject` (security.md 5.1)."""
    _write(
        f"{what}.read",
        by=by,
        at=at,
        subject=subject,
        target=target,
        fields_class=fields_class,
        facts={},
    )


def _write(  # noqa: PLR0913  (as its callers)
    event: str,
    *,
    by: User | None,
    at: datetime,
    subject: UUID | None,
    target: models.Model | None,
    fields_class: int,
    facts: dict[str, Fact],
) -> None:
    from core.access.permissions import roles_of  # noqa: PLC0415  (permissions deny, too)

    AuditEntry(
        region_id=current_region(),
        at=at,
        event=event,
        actor=by.pk if by else None,
        actor_role=",".join(sorted(roles_of(by))) if by else "",
        subject=subject,
        target=f"{target._meta.label_lower}:{target.pk}" if target else "",  # noqa: SLF001
        fields_class=fields_class,
        facts=facts,
        request_id=request_id.get(),
    ).save(force_insert=True)


def deny(*, action: str, by: User | None, target: str = "") -> None:
    """Keep a refusal although the refused request rolls back: a second connection writes it."""
    region = region_or_none()
    if region is None:
        return
    with region_scope(region, using="denials"):
        Denial(
            region_id=region,
            at=clock.now(),
            action=action[:80],
            actor=by.pk if by else None,
            target=target[:80],
        ).save(force_insert=True, using="denials")
