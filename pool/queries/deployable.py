"""Where somebody may be asked for new work: the judge of matching, for a whole pool at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q

from core.access.models import OrganisationKind
from pool.models import Expert, Training
from pool.queries.work import _judge
from pool.rules import Papers, Rule


def deployable_at(
    expert: Expert,
    activities: Iterable[str],
    papers: Papers,
    asked: Mapping[tuple[str, str], Rule],
    *,
    on: date,
) -> dict[str, frozenset[str]]:
    """Activity -> kinds of host where new work may be offered on day `on`. No query.

    Asked once for each different rule: hosts mostly share theirs.
    """
    found: dict[str, frozenset[str]] = {}
    for activity in activities:
        verdicts: dict[Rule, bool] = {}
        hosts = set()
        for host_kind in OrganisationKind.values:
            rule = asked[activity, host_kind]
            if rule not in verdicts:
                verdicts[rule] = _judge(
                    expert, does_this_work=True, papers=papers, rule=rule, on=on, starts_new=True
                ).is_deployable
            if verdicts[rule]:
                hosts.add(host_kind)
        found[activity] = frozenset(hosts)
    return found


def trainings_of(expert_ids: Collection[UUID], *, on: date) -> dict[UUID, list[str]]:
    """Kinds of training that were finished and seen, and count on day `on`: one query."""
    rows = Training.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=on),
        expert_id__in=expert_ids,
        completed_on__lte=on,
        certificate_seen_on__isnull=False,
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for expert, kind in rows.values_list("expert_id", "kind"):
        found[expert].append(kind)
    return found
