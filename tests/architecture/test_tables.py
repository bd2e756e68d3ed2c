"""Every table has a fence, a clock, and keys that point down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.expressions import CombinedExpression, F

from core.access.models import Invitation, Membership
from core.access.scope import Regional
from core.access.tables import NAMED
from core.approvals.models import Approval
from core.outbox.models import Message
from core.retention import Keep
from tests.architecture.source import LAYERS
from tests.conftest import as_owner
from tests.core.parts import sql

Model = type[models.Model]


def ours() -> list[Model]:
    """Models of the project's own apps, those that libraries make for them included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in LAYERS
    ]


def is_regional(model: Model) -> bool:
    return model._meta.db_table not in NAMED


# --- Fences and clocks ------------------------------------------------------------------------


def test_every_table_of_the_database_is_regional_or_named() -> None:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    regional = {
        model._meta.db_table
        for model in ours()
        if {"region", "region_id"} & {field.name for field in model._meta.get_fields()}
    }

    unknown = tables - regional - NAMED.keys() - {"pghistory_events"}

    assert unknown == set(), "say in core.access.tables why these have no region"


def test_no_name_on_the_list_is_left_over() -> None:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}

    assert NAMED.keys() - tables == {"django_migrations"}


def test_every_name_on_the_list_says_why() -> None:
    assert [name for name, unbound in NAMED.items() if len(unbound.why) < 8] == []


def without_clock(model: Model) -> bool:
    return not isinstance(getattr(model, "retention", None), Keep)


def test_every_regional_table_has_a_clock() -> None:
    assert [model for model in ours() if is_regional(model) and without_clock(model)] == []


def test_a_table_without_a_clock_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Message, "retention")

    assert without_clock(Message)


def broken_clock(model: Model) -> bool:
    """Whether a clock names a field that is no moment, or a parent that is no key."""
    keep: Any = getattr(model, "retention", None)
    if not isinstance(keep, Keep):
        return False
    names = {field.name: field for field in model._meta.get_fields()}
    if keep.clock and not isinstance(names.get(keep.clock), models.DateField):
        return True
    if keep.follows and not isinstance(names.get(keep.follows), models.ForeignKey):
        return True
    return bool(keep.clock) and keep.term is None


def test_every_clock_names_a_moment_and_every_parent_is_a_key() -> None:
    assert [model for model in ours() if broken_clock(model)] == []


@pytest.mark.parametrize(
    "keep",
    [
        Keep.after("once_per", Approval.LIFETIME, "x"),
        Keep.after("nothing", Approval.LIFETIME, "x"),
        Keep.with_parent("channel"),
        Keep("x", clock="created_at"),
    ],
)
def test_a_clock_that_cannot_run_would_be_found(
    keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Message, "retention", keep)

    assert broken_clock(Message)


def test_regional_models_take_their_region_from_the_scope() -> None:
    by_hand = {"AuditEntry", "AuditChain", "Denial", "DueWork"}

    others = [
        model
        for model in ours()
        if is_regional(model)
        and not issubclass(model, Regional)
        and model.__name__ not in by_hand
        and not hasattr(model, "pgh_tracked_model")
    ]

    assert others == []


# --- Keys -------------------------------------------------------------------------------------


def keys(model: Model) -> Iterator[models.ForeignKey[Any, Any]]:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            yield field


def points_up(key: models.ForeignKey[Any, Any]) -> bool:
    target = key.related_model
    assert isinstance(target, type)
    label = target._meta.app_label
    return label in LAYERS and LAYERS.index(label) > LAYERS.index(key.model._meta.app_label)


def shows_the_way_back(key: models.ForeignKey[Any, Any]) -> bool:
    return not str(key.remote_field.related_name or "").endswith("+")


def test_keys_point_down() -> None:
    assert [str(key) for model in ours() for key in keys(model) if points_up(key)] == []


def test_keys_show_no_way_back_up() -> None:
    auto = {"core_user_groups", "core_user_user_permissions"}  # Django's own tables
    back = [
        str(key)
        for model in ours()
        if model._meta.db_table not in auto
        for key in keys(model)
        if shows_the_way_back(key)
    ]

    assert back == []


def test_a_key_up_or_with_a_way_back_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    key: Any = Membership._meta.get_field("user")
    monkeypatch.setattr(key.remote_field, "related_name", "memberships")
    monkeypatch.setattr(key.remote_field, "model", next(m for m in ours() if is_upper(m)))
    vars(key).pop("related_model", None)

    try:
        assert shows_the_way_back(key)
        assert points_up(key)
    finally:
        vars(key).pop("related_model", None)


def is_upper(model: Model) -> bool:
    return model._meta.app_label == "matching"


TIED = """
SELECT c.conrelid::regclass::text, a.attname
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 AND a.attname NOT LIKE '%%region_id'
  AND c.convalidated
  AND EXISTS (SELECT FROM pg_attribute r WHERE r.attrelid = c.conrelid
              AND r.attnum = ANY(c.conkey) AND r.attname LIKE '%%region_id')
"""


def is_ours(target: Any) -> bool:
    return target._meta.app_label in LAYERS and is_regional(target)


def untied() -> set[str]:
    """Keys between regional tables that do not hold the regions together."""
    tied = {(table, column) for table, column in sql(TIED.replace("%%", "%"))}
    return {
        f"{model._meta.db_table}.{key.column}"
        for model in ours()
        if is_regional(model)
        for key in keys(model)
        if is_ours(key.related_model)
        and not hasattr(model, "pgh_tracked_model")
        and (model._meta.db_table, key.column) not in tied
    }


@pytest.mark.django_db
@pytest.mark.database
def test_every_key_between_regional_tables_is_tied_by_region() -> None:
    assert untied() == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_key_that_loses_its_tie_would_be_found() -> None:
    with as_owner():
        tie = "core_membership_organisation_in_region"
        sql(f"BEGIN; ALTER TABLE core_membership DROP CONSTRAINT {tie}")
        found = untied()
        sql("ROLLBACK")

    assert found == {"core_membership.organisation_id"}


# --- Pairs ------------------------------------------------------------------------------------


def mentioned(condition: Any) -> set[str]:
    """Names of the fields that a condition speaks of."""
    if isinstance(condition, Q):
        return set().union(*(mentioned(child) for child in condition.children))
    if isinstance(condition, tuple):
        name, value = condition
        return {name.partition("__")[0]} | mentioned(value)
    if isinstance(condition, F):
        return {str(condition.deconstruct()[1][0])}
    if isinstance(condition, CombinedExpression):
        return mentioned(condition.lhs) | mentioned(condition.rhs)
    return set()


def loose_pairs(model: Model) -> list[str]:
    """`x_at` and `x_by` of which one may stand without the other.

    A moment that is always there needs no pair: where nobody did it, a clock did.
    """
    fields: dict[str, Any] = {field.name: field for field in model._meta.get_fields()}
    checked = [
        mentioned(constraint.condition)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    ]
    return [
        f"{model._meta.label}.{name}"
        for name in fields
        if name.endswith("_at") and (by := f"{name[:-3]}_by") in fields
        if fields[name].null
        if not any({name, by} <= names for names in checked)
    ]


def test_who_and_when_stand_together() -> None:
    assert [pair for model in ours() for pair in loose_pairs(model)] == []


@pytest.mark.parametrize(
    ("model", "pair"),
    [(Approval, "core.Approval.decided_at"), (Invitation, "core.Invitation.used_at")],
)
def test_a_pair_that_lost_its_constraint_would_be_found(
    model: Model, pair: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model._meta, "constraints", [])

    assert loose_pairs(model) == [pair]
