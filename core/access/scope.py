"""One region at a time: code that forgets to say which one gets an error, not a neighbour's rows.

Three fences stand behind each other (docs/adr/0004): the manager below raises without a
scope, row-level security in PostgreSQL shows no foreign row, and composite foreign keys
refuse to tie rows of two regions together.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from django.db import connections, models, transaction
from django.db.models.functions import Coalesce

_region: ContextVar[int | None] = ContextVar("region", default=None)
# What a scope may remember for its own duration, for example opened data keys.
_shelf: ContextVar[dict[str, Any] | None] = ContextVar("shelf", default=None)


class Unscoped(RuntimeError):
    """A regional table was read without saying in which region. A bug, never shown."""


def current_region() -> int:
    """The id of the region of this scope; raises Unscoped where there is none."""
    region = _region.get()
    if region is None:
        raise Unscoped("Open region_scope(region_id) before touching regional rows.")
    return region


def region_or_none() -> int | None:
    """The id of the region of this scope, if any."""
    return _region.get()


def shelf() -> dict[str, Any]:
    """A dictionary that lives exactly as long as the outermost scope of this region.

    A rolled back savepoint takes nothing out of it: keep no row in it that this transaction
    may have made.
    """
    kept = _shelf.get()
    if kept is None:
        raise Unscoped("Open region_scope(region_id) first.")
    return kept


@contextmanager
def region_scope(region_id: int, *, using: str = "default") -> Iterator[None]:
    """Work in one region, in one transaction (a savepoint when one is open).

    The region is set with `set_config(…, true)`: it dies with the transaction, so nothing
    leaks to the next request on the same connection. Nesting restores the outer region.
    """
    outer, nested = _region.get(), connections[using].in_atomic_block
    with transaction.atomic(using=using):
        _tell(region_id, using)
        token = _region.set(region_id)
        shelf_token = _shelf.set({} if outer != region_id else _shelf.get())
        try:
            yield
        finally:
            _region.reset(token)
            _shelf.reset(shelf_token)
        # After success only. A rolled back savepoint restores the setting by itself, and in a
        # transaction that an error has aborted this statement would hide that error.
        if nested and not connections[using].needs_rollback:
            _tell(outer, using)


@contextmanager
def rows_of(region_id: int) -> Iterator[None]:
    """Let managers look for rows of another region, as far as the database shows any.

    The database still answers as the region of the scope: only what that region was granted is
    there to be found, and nothing can be written.
    """
    token = _region.set(region_id)
    try:
        yield
    finally:
        _region.reset(token)


def _tell(region_id: int | None, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('naast.region_id', %s, true)",
            ["" if region_id is None else str(region_id)],
        )


Row = TypeVar("Row", bound=models.Model, covariant=True)  # noqa: PLC0105  (as Django names it)


@cache
def _is_sealed(model: type[models.Model]) -> bool:
    return any(field.name == "data_key" for field in model._meta.fields)  # noqa: SLF001


class RegionQuerySet(models.QuerySet[Row]):
    """Base of the querysets of regional models: `RegionManager.from_queryset(…)`."""

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        """As Django's; rows without a region get the one of the scope, as in `save()`."""
        rows = list(objs)
        for row in rows:
            if row.__dict__.get("region_id") is None:
                row.__dict__["region_id"] = current_region()
        return super().bulk_create(rows, *args, **kwargs)

    def only(self, *fields: Any) -> Self:
        """As Django's; the data key is not joined unless asked for."""
        joined = self.query.select_related
        if not isinstance(joined, dict) or "data_key" in fields:
            return super().only(*fields)
        rows = self.all()
        kept = {name: further for name, further in joined.items() if name != "data_key"}
        rows.query.select_related = kept or False
        return super(RegionQuerySet, rows).only(*fields)

    def select_for_update(self, *args: Any, **kwargs: Any) -> Self:
        """As Django's; NO KEY, and the joined data key is not locked.

        A full lock waits for the key checks of rows that point here, though keys never change:
        one who holds a request and offers it to an expert, and one who holds that expert and
        wants the request, would wait for each other. Rows that share a data key would wait too,
        and in no fixed order.
        """
        kwargs.setdefault("no_key", True)
        if _is_sealed(self.model):
            kwargs.setdefault("of", ("self",))
        return super().select_for_update(*args, **kwargs)


class RegionManager(models.Manager[Row]):
    """Shows the rows of the current region only, and raises where there is none."""

    _queryset_class = RegionQuerySet

    def get_queryset(self) -> models.QuerySet[Row]:
        rows = super().get_queryset().filter(region_id=current_region())
        if _is_sealed(self.model):
            # One query for the keys of a list, instead of one a row.
            rows = rows.select_related("data_key")
        return rows


class Regional(models.Model):
    """A row that belongs to one region. Its migration must `protect` its table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    region = models.ForeignKey("core.Region", models.PROTECT, related_name="+", editable=False)

    objects: ClassVar[RegionManager[Self]] = RegionManager()
    unbound: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "unbound"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The region is never a choice of the caller: it is the scope's.
        if self.__dict__.get("region_id") is None:
            self.region_id = current_region()
        super().save(*args, **kwargs)


def cascade(collector: Any, field: Any, rows: Any, using: str) -> None:
    """As CASCADE, for a key that may be empty: the rows that point go first.

    Django leaves their order open and counts on constraints that wait for the commit. Ours do
    not wait, so a purge of the row pointed at would fail, now and then.
    """
    models.CASCADE(collector, field, rows, using)
    collector.add_dependency(field.remote_field.model, field.model)


def regional_key(to: str, **options: Any) -> models.ForeignKey[Any, Any]:
    """A key to another regional row, without a constraint of its own.

    The migration ties it with a composite constraint `(region_id, …)` (see
    `core.access.ddl.tie`): key checks bypass row-level security, so a plain key would let
    regions mix.
    """
    options.setdefault("on_delete", models.PROTECT)
    options.setdefault("related_name", "+")
    return models.ForeignKey(to, db_constraint=False, **options)


def home_region(column: str) -> models.GeneratedField:
    """The region of a row pointed at that may belong to another one: `lent_from`, or this one.

    The database computes it, so that a composite key can hold the two together.
    """
    return models.GeneratedField(
        expression=Coalesce(column, "region_id"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
