"""The items of the safety gate that two persons decide together."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from core import audit
from core.access.models import Role, User
from core.approvals import effect
from core.clock import local
from matching.actions.gate import AnswerMissing, write_item
from matching.actions.rows import lock_running
from matching.models import GateItem
from matching.states import GateCode, GateItemState, RiskAnswer


def _fingerprint(request_id: UUID) -> str:
    """Changes with every item, so that two persons decide about the same gate."""
    rows = GateItem.objects.filter(request_id=request_id).order_by("code")
    text = "|".join(f"{row.code}{row.state}{row.risk}{row.confirmed_at}" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


@effect("matching.waive_duo", roles=(Role.COORDINATOR,), fingerprint=_fingerprint)
def waive_duo(subject: UUID, by: User, now: datetime) -> None:
    """G8: two coordinators agree that the first meeting is not with two."""
    request = lock_running(subject)
    write_item(request, GateCode.G8, GateItemState.WAIVED, by=by, now=now)
    audit.record("gate.waived", by=by, at=now, subject=request.case_id, target=request, code="G8")


@effect("matching.approve_forensic", roles=(Role.COORDINATOR,), fingerprint=_fingerprint)
def approve_forensic(subject: UUID, by: User, now: datetime) -> None:
    """G5: two coordinators have seen that a forensic consultation was held, and agree."""
    request = lock_running(subject)
    risk = GateItem.objects.get(request=request, code=GateCode.G4).risk
    if risk != RiskAnswer.CONSULT_NEEDED:
        raise AnswerMissing
    write_item(
        request, GateCode.G5, GateItemState.CONFIRMED, by=by, now=now, stated_on=local(now).date()
    )
    audit.record(
        "gate.confirmed", by=by, at=now, subject=request.case_id, target=request, code="G5"
    )
