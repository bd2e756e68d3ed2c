"""Writing audit rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models

from core import clock
from core.access.models import User
from core.access.scope import current_region, region_or_none, region_scope
from core.audit import net
from core.audit.lent import by_agreement, lent_through
from core.audit.models import AuditEntry, Denial, Reason
from core.audit.whence import request_id, whence

__all__ = ["deny", "listed", "read", "record", "request_id"]

# A page that refreshes itself and stays open: one line in this time.
STAYS_OPEN = timedelta(minutes=15)
Fact = str | int | bool | None


def record(  # noqa: PLR0913  (the elements of NEN 7513)
    event: str,
    *,
    by: User | None,
    at: datetime,
    subject: UUID | None = None,
    target: models.Model | None = None,
    on_behalf_of: UUID | None = None,
    purpose: UUID | None = None,
    **facts: Fact,
) -> None:
    """Write that something was done, in the transaction that does it.

    Args:
        event: `noun.verb-past`, for example "offer.accepted".
        by: who did it; None where a clock did.
        at: aware instant of the act.
        subject: the data subject it is about (an expert, a case).
        target: the row that changed; its class and key are kept, never its values.
        on_behalf_of: the person on whose word `by` did it.
        purpose: the request or assignment that it was done for.
        facts: codes, ids and counts; never a name, an address or free text.
    """
    _write(
        event,
        by=by,
        at=at,
        subject=subject,
        target=target,
        fields_class=0,
        facts=facts,
        on_behalf_of=on_behalf_of,
        purpose=purpose,
    )


def read(  # noqa: PLR0913  (the elements of NEN 7513)
    what: str,
    *,
    by: User | None,
    at: datetime,
    subject: UUID,
    target: models.Model | None = None,
    fields_class: int = 3,
    purpose: UUID | None = None,
    reason: str = "",
    live: bool = False,
) -> None:
    """Write that somebody looked at class 3 or 4 fields of `subject` (security.md 5.1).

    Args:
        what: the part that was looked at, for example "contact".
        by: who looked.
        at: aware instant.
        subject: the data subject (an expert, a case).
        target: the row that was shown.
        fields_class: how sensitive it was.
        purpose: the request or assignment that it was needed for.
        reason: a `Reason`, where there is no such row.
        live: the page refreshes itself; it leaves one line in `STAYS_OPEN`, not one each time.
    """
    net.told([subject])
    if live and _open_since(f"{what}.read", by, at, {subject}):
        return
    _write(
        f"{what}.read",
        by=by,
        at=at,
        subject=subject,
        target=target,
        fields_class=fields_class,
        facts={},
        purpose=purpose,
        reason=reason,
        lent_by=lent_through(subject, by),
    )


def listed(  # noqa: PLR0913  (the elements of NEN 7513)
    what: str,
    *,
    by: User | None,
    at: datetime,
    subjects: Iterable[UUID],
    fields_class: int = 3,
    purpose: UUID | None = None,
    reason: str = Reason.OVERVIEW,
    live: bool = False,
    **facts: Fact,
) -> None:
    """Write that somebody saw a list: one line that names everybody on it (docs/adr/0034).

    Those who are lent here by another region are named in a line for each agreement. An empty
    list shows nobody and leaves no line. `facts` hold which filters were used, as codes, never
    what was typed.
    """
    everybody = sorted(set(subjects))
    if not everybody and not facts:
        return
    net.told(everybody)
    for lent_by, among in by_agreement(everybody, by).items():
        if live and _open_since(f"{what}.listed", by, at, set(among), lent_by):
            continue
        _write(
            f"{what}.listed",
            by=by,
            at=at,
            subject=None,
            target=None,
            fields_class=fields_class,
            facts={**facts, "n": len(among)},
            subjects=among,
            purpose=purpose,
            reason=str(reason),
            lent_by=lent_by,
        )


def _open_since(
    event: str, by: User | None, at: datetime, subjects: set[UUID], lent_by: UUID | None = None
) -> bool:
    """Whether this person opened the same a short while ago, on this device."""
    if by is None:
        return False
    lines = AuditEntry.objects.filter(
        actor=by.pk, event=event, at__gt=at - STAYS_OPEN, device=whence().device
    ).order_by("-at")
    if event.endswith(".read"):
        return lines.filter(subject__in=subjects).exists()
    last = lines.filter(lent_by=lent_by).values_list("subjects", flat=True).first()
    return last is not None and subjects <= set(last)


def _write(  # noqa: PLR0913  (as its callers)
    event: str,
    *,
    by: User | None,
    at: datetime,
    subject: UUID | None,
    target: models.Model | None,
    fields_class: int,
    facts: dict[str, Fact],
    subjects: list[UUID] | None = None,
    on_behalf_of: UUID | None = None,
    purpose: UUID | None = None,
    reason: str = "",
    lent_by: UUID | None = None,
) -> None:
    place = whence()
    AuditEntry(
        region_id=current_region(),
        at=at,
        event=event,
        actor=by.pk if by else None,
        actor_role=_roles(by),
        subject=subject,
        target=f"{target._meta.label_lower}:{target.pk}" if target else "",  # noqa: SLF001
        fields_class=fields_class,
        facts=facts,
        request_id=request_id.get(),
        subjects=subjects,
        on_behalf_of=on_behalf_of,
        lent_by=lent_by,
        purpose=purpose,
        reason=reason,
        device=place.device,
        address=place.address,
    ).save(force_insert=True)


def _roles(by: User | None) -> str:
    from core.access.permissions import roles_of  # noqa: PLC0415  (permissions deny, too)

    return ",".join(sorted(roles_of(by))) if by else ""


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
            actor_role=_roles(by)[:60],
            request_id=request_id.get(),
            device=whence().device,
            address=whence().address,
        ).save(force_insert=True, using="denials")
