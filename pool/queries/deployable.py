"""Where somebody may be asked for new work: the judge of matching, for a whole pool at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from core.access.models import OrganisationKind
from pool.models import Expert
from pool.queries.work import _judge
from pool.rules import Papers, Rule

# An enumeration makes this list anew each time it is asked.
HOSTS = tuple(OrganisationKind.values)


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
        for host_kind in HOSTS:
            rule = asked[activity, host_kind]
            if rule not in verdicts:
                verdicts[rule] = _judge(
                    expert, does_this_work=True, papers=papers, rule=rule, on=on, starts_new=True
                ).is_deployable
            if verdicts[rule]:
                hosts.add(host_kind)
        found[activity] = frozenset(hosts)
    return found
