"""Model fields whose column is a box. Opened at first reading, refused in every lookup."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from core.audit.net import opened
from core.crypto import ring


class Box(bytes):
    """Bytes as they stand in the column; not opened yet."""

    __slots__ = ()


class _Opened(DeferredAttribute):
    """Opens a box at first reading. A data descriptor: without __set__ it would be passed by."""

    def __set__(self, row: models.Model, value: Any) -> None:
        row.__dict__[self.field.attname] = value

    def __get__(self, row: models.Model | None, owner: Any = None) -> Any:
        if row is None:
            return self
        name = self.field.attname
        value = row.__dict__[name] if name in row.__dict__ else super().__get__(row, owner)
        if isinstance(value, Box):
            field: Any = self.field
            value = row.__dict__[name] = field.open(row, value)
            opened(row)
        return value


class SealedText(models.BinaryField):  # type: ignore[type-arg]  # generic in its stubs only
    """Text of at most `limit` characters, sealed with the data key of its row.

    Lookups, `update()` and `bulk_update()` refuse; `isnull` works. The row needs a UUID made
    in Python and a `data_key`. A box opens only in its own table, column and row.
    """

    descriptor_class = _Opened

    def __init__(self, *args: Any, limit: int = 500, **kwargs: Any) -> None:
        self.limit = limit
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, *_rest: Any) -> Box | None:
        return None if value is None else Box(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Box | None:  # noqa: ARG002, FBT001
        value = getattr(model_instance, self.attname)
        return None if value is None else self.seal(model_instance, value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        # `update()` and expressions come past `pre_save`; they would store the text as it is.
        if value is not None and not isinstance(value, Box):
            raise TypeError(f"{self.name} is sealed: set it on the row and save() that")
        return super().get_db_prep_value(value, connection, prepared)

    def seal(self, row: Any, value: Any) -> Box:
        from core.crypto.keys import key_of  # noqa: PLC0415  (keys are rows, rows have fields)

        return Box(ring.seal(key_of(row), 0, self.dump(value), self.place(row)))

    def open(self, row: Any, box: Box) -> Any:
        from core.crypto.keys import key_of  # noqa: PLC0415  (keys are rows, rows have fields)

        return self.load(ring.unseal(key_of(row), box, self.place(row)))

    def dump(self, value: Any) -> bytes:
        if len(value) > self.limit:
            raise ValueError(f"{self.name} holds at most {self.limit} characters")
        return str(value).encode()

    def load(self, plain: bytes) -> Any:
        return plain.decode()

    def place(self, row: models.Model) -> str:
        return f"{row._meta.db_table}.{self.column}:{row.pk}"  # noqa: SLF001

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: models.Model) -> str:  # noqa: ARG002
        raise TypeError(f"{self.name} is sealed and is never written out")

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["limit"] = self.limit
        return str(name), path, args, kwargs


class SealedJSON(SealedText):
    """A JSON value in a box."""

    def dump(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def load(self, plain: bytes) -> Any:
        return json.loads(plain)
