"""Bringing people in from a file: kept sealed for an hour, then all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.access.permissions import require_role
from core.crypto import new_data_key
from core.errors import Refusal
from pool.actions.experts import Profile, register_expert
from pool.actions.papers import record_agreement
from pool.models import ImportDraft, RegionProfile
from pool.models.exchange import DRAFT_LIFETIME
from pool.permissions import STAFF
from pool.sheets import Sheet


class DraftGone(Refusal):
    message = _("This file is not here any more: it was taken over already, or lay here an hour.")


@dataclass(frozen=True)
class Newcomer:
    """Somebody out of a file; `signed` is kind of agreement and the day it was signed."""

    profile: Profile
    signed: Mapping[str, date] = field(default_factory=dict)


@transaction.atomic
def keep_draft(*, sheet: Sheet, by: User, now: datetime) -> ImportDraft:
    """Keep the rows of a file for an hour, sealed; an earlier file of this person goes.

    Raises:
        NotAllowed: nothing was kept.
    """
    require_role(by, *STAFF)
    ImportDraft.objects.filter(owner=by).delete()
    draft = ImportDraft.objects.create(
        data_key=new_data_key(now=now),
        owner=by,
        rows={"kind": sheet.kind, "head": sheet.head, "rows": sheet.rows},
        made_at=now,
        expires_at=now + DRAFT_LIFETIME,
    )
    audit.record("import.read", by=by, at=now, target=draft, n=len(sheet.rows), kind=sheet.kind)
    return draft


def sheet_of(draft: ImportDraft) -> Sheet:
    """The rows again, as they were read."""
    kept = draft.rows
    rows = tuple((number, tuple(cells)) for number, cells in kept["rows"])
    return Sheet(kept["kind"], tuple(kept["head"]), rows)


def take_turns_importing() -> None:
    """Whoever imports in this region waits for the other: both would find the same one missing.

    Addresses are sealed, so no constraint can refuse the second of two.
    """
    list(RegionProfile.objects.select_for_update())


@transaction.atomic
def drop_draft(*, draft_id: UUID, by: User, now: datetime) -> None:
    """Throw the rows away; without a draft there is nothing to do."""
    if ImportDraft.objects.filter(pk=draft_id, owner=by).delete()[0]:
        audit.record("import.dropped", by=by, at=now)


@transaction.atomic
def import_people(
    *,
    draft_id: UUID,
    newcomers: Sequence[Newcomer],
    by: User,
    now: datetime,
    sends_invitations: bool,
) -> int:
    """Write everybody into the pool, in one transaction; the draft goes with it.

    Returns how many.

    Raises:
        DraftGone, NotAllowed, NoCoordinator, AlreadyMember: nobody was written in.
    """
    require_role(by, *STAFF)
    draft = ImportDraft.objects.select_for_update().filter(pk=draft_id, owner=by).first()
    if draft is None or now >= draft.expires_at:
        raise DraftGone
    for one in newcomers:
        expert = register_expert(
            profile=one.profile, by=by, now=now, sends_invitation=sends_invitations
        )
        for kind, signed_on in one.signed.items():
            record_agreement(expert_id=expert.pk, kind=kind, signed_on=signed_on, by=by, now=now)
    draft.delete()
    audit.record("import.done", by=by, at=now, n=len(newcomers), invited=sends_invitations)
    return len(newcomers)
