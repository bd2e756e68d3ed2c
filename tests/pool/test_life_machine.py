"""Any sequence of acts by anybody leaves an expert where a plain model says, or changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core import approvals
from core.access.models import Role, User
from core.access.scope import region_scope
from core.clock import local
from core.errors import Refusal
from pool import actions
from pool.models import Expert, Suspension
from pool.states import EXPERT_MOVES, ExpertState, Mover
from pool.vocabulary import IntakeTopic
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_expert, make_region_profile

pytestmark = [pytest.mark.django_db]

DAY = timedelta(days=1)
S = ExpertState
WHO = st.sampled_from(["self", "own", "colleague", "stranger"])
DAYS = st.integers(min_value=0, max_value=3)


@dataclass
class Model:
    """What is known of one expert, without a database."""

    state: S = S.APPLICANT
    is_admitted: bool = False
    came_from: S | None = None
    leaves_on: date | None = None
    duos: int = 0
    has_begun: bool = False
    asked_by: str = ""

    def to(self, state: S) -> None:
        self.state = state
        self.asked_by = ""
        if state in {S.ACTIVE, S.PAUSED, S.IN_TRAINING, S.INTAKE}:
            self.leaves_on = None


@dataclass
class People:
    """Who acts: the expert, the own coordinator, a colleague, and somebody of no concern."""

    expert: Expert
    users: dict[str, User] = field(default_factory=dict)


class Life(RuleBasedStateMachine):
    """The acts of the pool beside the model; the region comes from the test."""

    region_id: int = 0

    def __init__(self) -> None:
        super().__init__()
        self.undo: list[Any] = [region_scope(self.region_id), transaction.atomic()]
        for one in self.undo:
            one.__enter__()
        self.now, self.model = NOON, Model()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        for one in reversed(self.undo):
            one.__exit__(None, None, None)

    @initialize()
    def somebody_writes_in(self) -> None:
        make_region_profile(first_with_two=2)
        expert = make_expert()
        assert expert.user is not None
        self.people = People(
            expert,
            {
                "self": expert.user,
                "own": expert.coordinator,
                "colleague": make_user("Dina Prins", Role.COORDINATOR),
                "stranger": make_user("Bram Bos", Role.PROFESSIONAL),
            },
        )

    # --- What the table says ------------------------------------------------------------------

    def may(self, who: str, to: S) -> bool:
        movers = EXPERT_MOVES[self.model.state].get(to, frozenset())
        if who == "self":
            return Mover.EXPERT in movers
        return who != "stranger" and Mover.STAFF in movers

    def act(self, expected: bool, do: Callable[[User], object], who: str) -> bool:  # noqa: FBT001
        """Try; it happens exactly when the model says so."""
        try:
            with transaction.atomic():
                do(self.people.users[who])
        except Refusal:
            assert not expected
            return False
        assert expected
        return True

    @property
    def pk(self) -> Any:
        return self.people.expert.pk

    # --- Acts ---------------------------------------------------------------------------------

    @rule(
        who=WHO, outcome=st.sampled_from(["GOES_ON", "TRAIN", "START", "NOT"]), full=st.booleans()
    )
    def write_intake(self, who: str, outcome: str, full: bool) -> None:  # noqa: FBT001
        enough = full or outcome in {"GOES_ON", "NOT"}
        talks = self.model.state in {S.APPLICANT, S.INTAKE}
        answers = dict.fromkeys(IntakeTopic.values, "YES" if full else "OPEN")
        done = self.act(
            who == "own" and talks and enough,
            lambda by: actions.write_intake(
                expert_id=self.pk,
                answers=answers,
                outcome=outcome,
                talked_on=local(self.now).date(),
                by=by,
                now=self.now,
            ),
            who,
        )
        if done:
            self.model.is_admitted = outcome in {"TRAIN", "START"}
            self.model.to({"TRAIN": S.IN_TRAINING, "NOT": S.LEFT}.get(outcome, S.INTAKE))

    @rule(who=WHO)
    def activate(self, who: str) -> None:
        model = self.model
        fits = model.state in {S.INTAKE, S.IN_TRAINING} and model.is_admitted
        done = self.act(
            fits and self.may(who, S.ACTIVE),
            lambda by: actions.activate(expert_id=self.pk, by=by, now=self.now),
            who,
        )
        if done:
            model.duos = model.duos if model.has_begun else 2
            model.has_begun = True
            model.to(S.ACTIVE)

    @rule(who=WHO)
    def start_training(self, who: str) -> None:
        fits = self.model.is_admitted and self.model.state != S.SUSPENDED
        done = self.act(
            fits and self.may(who, S.IN_TRAINING),
            lambda by: actions.start_training(expert_id=self.pk, by=by, now=self.now),
            who,
        )
        if done:
            self.model.to(S.IN_TRAINING)

    @rule(who=WHO)
    def pause(self, who: str) -> None:
        again = self.model.state == S.PAUSED and who != "stranger"
        fits = self.model.state != S.SUSPENDED and self.may(who, S.PAUSED)
        if self.act(
            again or fits,
            lambda by: actions.pause(expert_id=self.pk, by=by, now=self.now),
            who,
        ):
            self.model.to(S.PAUSED)

    @rule(who=WHO)
    def resume(self, who: str) -> None:
        was_paused = self.model.state == S.PAUSED
        done = self.act(
            who != "stranger",
            lambda by: actions.resume(expert_id=self.pk, by=by, now=self.now),
            who,
        )
        if done and was_paused:
            self.model.to(S.ACTIVE)

    @rule(who=WHO)
    def suspend(self, who: str) -> None:
        before = self.model.state
        done = self.act(
            self.may(who, S.SUSPENDED),
            lambda by: actions.suspend(expert_id=self.pk, reason="OTHER", by=by, now=self.now),
            who,
        )
        if done:
            self.model.came_from = before
            self.model.state, self.model.asked_by = S.SUSPENDED, ""

    @rule(who=WHO)
    def ask_back(self, who: str) -> None:
        model = self.model
        fits = model.state == S.SUSPENDED and not model.asked_by
        if self.act(
            fits and who in {"own", "colleague"},
            lambda by: actions.ask_to_lift(expert_id=self.pk, by=by, now=self.now),
            who,
        ):
            model.asked_by = who

    @rule(who=WHO)
    def let_back(self, who: str) -> None:
        model = self.model
        waiting = approvals.Approval.objects.filter(subject=self.pk, decision="PENDING").first()
        if waiting is None:
            return
        fits = model.state == S.SUSPENDED and model.asked_by not in {"", who}
        if self.act(
            fits and who in {"own", "colleague"},
            lambda by: approvals.approve(approval_id=waiting.pk, by=by, now=self.now),
            who,
        ):
            back, model.came_from = model.came_from, None
            assert back is not None
            keeps = model.leaves_on
            model.to(back)
            model.leaves_on = keeps if back == S.LEAVING else None

    @rule(who=WHO, ahead=st.integers(min_value=-1, max_value=4))
    def announce(self, who: str, ahead: int) -> None:
        last_day = local(self.now).date() + ahead * DAY
        fits = self.model.state != S.SUSPENDED and ahead >= 0
        if self.act(
            fits and self.may(who, S.LEAVING),
            lambda by: actions.announce_leaving(
                expert_id=self.pk, last_day=last_day, by=by, now=self.now, reason="MOVED"
            ),
            who,
        ):
            self.model.to(S.LEAVING)
            self.model.leaves_on = last_day

    @rule(who=WHO)
    def stay(self, who: str) -> None:
        if self.act(
            self.model.state == S.LEAVING and self.may(who, S.ACTIVE),
            lambda by: actions.stay(expert_id=self.pk, by=by, now=self.now),
            who,
        ):
            self.model.to(S.ACTIVE)

    @rule(who=WHO)
    def leave(self, who: str) -> None:
        if self.act(
            self.may(who, S.LEFT),
            lambda by: actions.leave(expert_id=self.pk, by=by, now=self.now),
            who,
        ):
            self.model.to(S.LEFT)

    @rule(days=DAYS)
    def days_go_by(self, days: int) -> None:
        """The clock moves; the calendar ends what was announced, once."""
        self.now += days * DAY
        if days:
            self.model.asked_by = ""  # a question waits a day
        over = self.model.leaves_on is not None and self.model.leaves_on < local(self.now).date()
        ends = over and self.model.state in {S.LEAVING, S.SUSPENDED}
        with transaction.atomic():
            assert actions.leave_on_last_day(expert_id=self.pk, now=self.now) == ends
        if ends:
            self.model.to(S.LEFT)

    # --- What always holds --------------------------------------------------------------------

    @invariant()
    def stands_where_the_model_says(self) -> None:
        if not hasattr(self, "people"):
            return
        row, model = Expert.objects.get(pk=self.pk), self.model
        assert row.state == model.state
        assert (row.admitted_on is not None) == model.is_admitted
        assert (row.paused_at is not None) == (model.state == S.PAUSED)
        assert row.duos_to_go == model.duos
        if model.state != S.LEFT:
            assert row.leaves_on == model.leaves_on
        running = Suspension.objects.filter(expert=row, lifted_at=None)
        assert running.count() == (model.state == S.SUSPENDED)

    @invariant()
    def who_left_is_signed_out_for_good(self) -> None:
        if hasattr(self, "people") and self.model.state == S.LEFT:
            row = Expert.objects.get(pk=self.pk)
            assert row.left_at is not None
            assert row.keep_until is not None
            assert row.keep_until - row.left_at in {timedelta(days=91), timedelta(days=28)}


SHORT = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def test_no_sequence_of_acts_leaves_the_table(in_region: Any) -> None:
    run_state_machine_as_test(
        type("LifeHere", (Life,), {"region_id": in_region.pk}), settings=SHORT
    )


def test_the_machine_notices_a_guard_that_is_gone(
    in_region: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pool.actions.moves.require_move", lambda *_args, **_more: None)

    with pytest.raises((AssertionError, IntegrityError)):
        run_state_machine_as_test(
            type("LifeHere", (Life,), {"region_id": in_region.pk}), settings=SHORT
        )
