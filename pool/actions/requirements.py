"""What the region asks for which work at which kind of host, dated."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import OrganisationKind, Role, User
from core.access.permissions import require_role
from core.clock import local
from core.errors import Refusal
from pool.actions.papers import CodesMissing
from pool.models import RegionProfile, Requirement
from pool.signals import requirement_set
from pool.vocabulary import Activity, RequirementLevel, ScreeningKind

# Work without people who need protection (domain.md 2.8); at no host a VOG is asked for it.
FREE_WORK = frozenset(
    {Activity.POLICY, Activity.TRAINING_DEV, Activity.INFO, Activity.WORKSHOP_PRO, Activity.CONSULT}
)
# Who works there with people in a report needs a VOG by law (Wmo 2015, 4.2.4; Jeugdwet).
HOSTS_BY_LAW = frozenset({OrganisationKind.VEILIG_THUIS, OrganisationKind.YOUTH_PROTECTION})


class TooLateToDecide(Refusal):
    message = _("What counted before today stays as it was. Choose today or a later day.")


@transaction.atomic
def set_requirement(  # noqa: PLR0913  one cell of the matrix
    *,
    activity: str,
    host_kind: str,
    level: str,
    valid_from: date,
    by: User | None,
    now: datetime,
    profile_kind: str = "",
    profile_code: str = "",
) -> Requirement:
    """Decide what one kind of work asks at one kind of host, from `valid_from` on.

    The rule before it ends on that day; one that began later is replaced as well.

    Raises:
        NotAllowed: this is for the regional administrator.
        CodesMissing: a kind of profile without a code, or the other way round.
        TooLateToDecide: a person decides about today and later, never about what was.
    """
    if by is not None:
        require_role(by, Role.REGIONAL_ADMIN)
        if valid_from < local(now).date():
            raise TooLateToDecide
    if bool(profile_kind) != bool(profile_code):
        raise CodesMissing
    _one_at_a_time()
    cell = Requirement.objects.filter(
        activity=Activity(activity), host_kind=OrganisationKind(host_kind)
    )
    cell.filter(valid_from__gte=valid_from).delete()
    cell.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
    requirement = Requirement.objects.create(
        activity=activity,
        host_kind=host_kind,
        level=RequirementLevel(level),
        profile_kind=profile_kind,
        profile_code=profile_code,
        valid_from=valid_from,
    )
    audit.record(
        "requirement.set",
        by=by,
        at=now,
        target=requirement,
        activity=activity,
        host_kind=host_kind,
        level=level,
    )
    requirement_set.send(sender=None, requirement=requirement, now=now)
    return requirement


@transaction.atomic
def adopt_usual_requirements(*, valid_from: date, by: User | None, now: datetime) -> int:
    """Fill the cells that the region did not decide on with what is usual. Returns how many.

    Raises:
        NotAllowed: this is for the regional administrator.
    """
    if by is not None:
        require_role(by, Role.REGIONAL_ADMIN)
    _one_at_a_time()
    rows = usual_requirements(valid_from=valid_from)
    Requirement.objects.bulk_create(rows)
    audit.record("requirement.adopted", by=by, at=now, n=len(rows))
    return len(rows)


def usual_requirements(*, valid_from: date) -> list[Requirement]:
    """What is usual, for the cells that the region did not decide on; nothing is saved."""
    decided = set(Requirement.objects.values_list("activity", "host_kind"))
    return [
        usual_requirement(activity, host_kind, valid_from)
        for activity in Activity
        for host_kind in OrganisationKind
        if (activity.value, host_kind.value) not in decided
    ]


def usual_requirement(
    activity: Activity, host_kind: OrganisationKind, valid_from: date
) -> Requirement:
    """What is usual for one kind of work at one kind of host; nothing is saved."""
    if activity in FREE_WORK:
        return Requirement(
            activity=activity,
            host_kind=host_kind,
            level=RequirementLevel.NONE,
            valid_from=valid_from,
        )
    by_law = host_kind in HOSTS_BY_LAW
    return Requirement(
        activity=activity,
        host_kind=host_kind,
        level=RequirementLevel.LEGAL if by_law else RequirementLevel.POLICY,
        profile_kind=ScreeningKind.ASPECT,
        profile_code="85",
        valid_from=valid_from,
    )


def _one_at_a_time() -> None:
    """Two administrators who decide at the same moment do so one after the other."""
    list(RegionProfile.objects.select_for_update().values_list("pk"))
