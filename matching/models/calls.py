"""Who of the coordinators was called about a task, one after the other, until somebody has it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.access.models import User
from core.access.scope import Regional, regional_key
from core.retention import Keep
from matching.states import ChainState


class CallChain(Regional):
    """A task that may not wait for whoever happens to look.

    While CLIMBING the next person of the rota is called at `next_at`. ANSWERED: somebody has it,
    and `next_at` is when it climbs on if the task is still open by then. `every` is the number of
    minutes between two calls, frozen when the chain began; before `calm_until` the second is not
    called.
    """

    retention = Keep.with_parent("task")

    task = regional_key("matching.Task", on_delete=models.CASCADE)
    state = models.CharField(max_length=8, choices=ChainState, default=ChainState.CLIMBING)
    started_at = models.DateTimeField()
    calm_until = models.DateTimeField()
    every = models.PositiveSmallIntegerField()
    next_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "task"], name="call_chain_one_per_task"),
            models.CheckConstraint(
                condition=Q(state__in=ChainState.values), name="call_chain_state_known"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="call_chain_answered_at_with_by",
            ),
            models.CheckConstraint(
                condition=~Q(state=ChainState.ANSWERED) | Q(answered_at__isnull=False),
                name="call_chain_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=ChainState.ENDED) ^ Q(ended_at=None),
                name="call_chain_ended_at_iff_ended",
            ),
            # A chain that runs always has a next moment: it never falls silent.
            models.CheckConstraint(
                condition=Q(state=ChainState.ENDED) ^ Q(next_at__isnull=False),
                name="call_chain_never_silent",
            ),
        ]

    def __str__(self) -> str:
        return f"call chain {self.pk}"


class Call(Regional):
    """One person, called at one moment; `passed_at` when this person asked to call the next."""

    retention = Keep.with_parent("chain")

    chain = regional_key("matching.CallChain", on_delete=models.CASCADE)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField()
    called_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "chain", "step", "user"], name="call_once_per_step"
            )
        ]

    def __str__(self) -> str:
        return f"call {self.step} of {self.chain_id}"
