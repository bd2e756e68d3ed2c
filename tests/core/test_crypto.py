"""Sealed fields: readable in their own place with their own key, and nowhere else."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from core.access.models import Region
from core.access.scope import region_scope, shelf
from core.crypto import DataKey, blind_index, erase_key, new_data_key, ring
from core.crypto.fields import Box, SealedText
from core.crypto.keys import KeyErased, rewrap, shared_key
from core.outbox.models import Message
from core.outbox.states import Channel
from tests.conftest import NOON
from tests.core.parts import sql

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.database,
    pytest.mark.usefixtures("in_region"),
]
ADDRESS = "ada@naast.example"
OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


def letter(key: DataKey | None = None, **fields: Any) -> Message:
    """A saved message: the sealed row that core has."""
    values: dict[str, Any] = {
        "data_key": key or new_data_key(now=NOON),
        "template": "core/test",
        "channel": Channel.EMAIL,
        "address": ADDRESS,
        "content": {"text": "Kom je?"},
        "once_per": str(Message.objects.count()),
        "created_at": NOON,
    }
    message = Message(**(values | fields))
    message.save(force_insert=True)
    return message


def test_a_sealed_row_reads_back_what_was_written() -> None:
    message = Message.objects.get(pk=letter().pk)

    assert (message.address, message.content) == (ADDRESS, {"text": "Kom je?"})


def test_the_column_holds_no_plain_text() -> None:
    letter()

    ((address, content, wrapped),) = sql(
        "SELECT address, content, wrapped FROM core_message m JOIN core_datakey k "
        "ON k.id = m.data_key_id"
    )

    assert b"naast" not in bytes(address)
    assert b"Kom" not in bytes(content)
    assert len(bytes(address)) == len(ADDRESS) + 33
    assert len(bytes(wrapped)) == ring.KEY_BYTES + 33


def test_the_same_text_is_never_the_same_box() -> None:
    key = new_data_key(now=NOON)
    letter(key)
    letter(key)

    boxes = {bytes(box) for (box,) in sql("SELECT address FROM core_message")}

    assert len(boxes) == 2


@pytest.mark.parametrize(
    "move",
    [
        (
            "UPDATE core_message SET address = (SELECT address FROM core_message WHERE id = %s) "
            "WHERE id = %s"
        ),
        (
            "UPDATE core_message SET content = (SELECT address FROM core_message WHERE id = %s) "
            "WHERE id <> %s"
        ),
    ],
    ids=["to another row", "to another column"],
)
def test_a_moved_box_does_not_open(move: str) -> None:
    key = new_data_key(now=NOON)
    source, target = letter(key), letter(key, address="bram@naast.example")
    sql(move, source.pk, target.pk)

    with pytest.raises(InvalidTag):
        [(row.address, row.content) for row in Message.objects.all()]


def test_a_box_does_not_open_in_another_table() -> None:
    message = letter()
    ((box,),) = sql("SELECT address FROM core_message")
    field: Any = Message._meta.get_field("address")

    class Elsewhere(Message):
        class Meta:
            app_label = "core"
            managed = False
            db_table = "core_elsewhere"

    try:
        stranger = Elsewhere(pk=message.pk, data_key=message.data_key)
        with pytest.raises(InvalidTag):
            field.open(stranger, Box(box))
    finally:
        del apps.all_models["core"]["elsewhere"]
        apps.clear_cache()


def test_one_changed_bit_does_not_open() -> None:
    message = letter()
    sql("UPDATE core_message SET address = set_byte(address, 20, get_byte(address, 20) # 1)")

    with pytest.raises(InvalidTag):
        _ = Message.objects.get(pk=message.pk).address


@pytest.mark.parametrize("value", ["plain", b"plain", {"a": 1}])
def test_update_would_store_plain_text_and_is_refused(value: Any) -> None:
    letter()

    with pytest.raises(TypeError, match=r"sealed: set it on the row and save\(\) that"):
        Message.objects.update(address=value)


def test_bulk_update_is_refused() -> None:
    message = letter()
    message.address = "bram@naast.example"

    with pytest.raises(TypeError, match="sealed"):
        Message.objects.bulk_update([message], ["address"])


def test_bulk_create_seals() -> None:
    message = letter()
    copy = Message(
        data_key=message.data_key,
        channel=Channel.SMS,
        address="bram@naast.example",
        content={},
        once_per="bulk",
        created_at=NOON,
    )

    Message.objects.bulk_create([copy])

    assert Message.objects.get(once_per="bulk").address == "bram@naast.example"


@pytest.mark.parametrize("lookup", ["address", "address__contains", "address__in"])
def test_searching_in_boxes_is_refused(lookup: str) -> None:
    with pytest.raises(FieldError, match="Unsupported lookup"):
        Message.objects.filter(**{lookup: [ADDRESS]}).exists()


def test_emptiness_may_be_asked() -> None:
    letter()

    assert Message.objects.filter(address__isnull=False).count() == 1


def test_values_give_the_closed_box() -> None:
    letter()

    (box,) = Message.objects.values_list("address", flat=True)

    assert isinstance(box, Box)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 254 characters"):
        letter(address="x" * 255)


def test_a_sealed_field_is_never_serialised() -> None:
    with pytest.raises(TypeError, match="never written out"):
        serializers.serialize("json", [letter()])


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_costs_one_query_for_any_length(in_region: Region, count: int) -> None:
    for _number in range(count):
        letter()

    with region_scope(in_region.pk), CaptureQueriesContext(connection) as queries:
        assert {row.address for row in Message.objects.all()} == {ADDRESS}

    # Savepoint and region before, and both back afterwards; the list itself is one.
    assert sum(query["sql"].startswith('SELECT "core_message"') for query in queries) == 1
    assert sum("core_datakey" in query["sql"] for query in queries) == 1


def test_without_the_joined_key_a_list_would_cost_a_query_a_row() -> None:
    for _number in range(10):
        letter()
    shelf().clear()
    with CaptureQueriesContext(connection) as queries:
        assert len([row.address for row in Message.unbound.all()]) == 10  # the twin

    assert len(queries) == 11


def test_only_leaves_the_key_out_and_fetches_it_when_it_is_needed() -> None:
    letter()

    row = Message.objects.only("address").get()

    assert row.address == ADDRESS


def test_locking_a_row_does_not_lock_its_key() -> None:
    letter()

    with CaptureQueriesContext(connection) as queries:
        Message.objects.select_for_update().get()

    assert queries[0]["sql"].endswith('UPDATE OF "core_message"')


def test_rotation_moves_keys_to_the_new_root_and_rows_stay_readable(
    in_region: Region, settings: Any
) -> None:
    settings.FIELD_KEYS = f"1:{OLD}"
    message = letter()
    settings.FIELD_KEYS = f"2:{NEW},1:{OLD}"

    moved = [rewrap(key) for key in DataKey.objects.all()]
    again = [rewrap(key) for key in DataKey.objects.all()]

    settings.FIELD_KEYS = f"2:{NEW}"
    assert (moved, again) == ([True], [False])
    with region_scope(in_region.pk):
        shelf().clear()
        assert Message.objects.get(pk=message.pk).address == ADDRESS


def test_rewrap_does_not_bring_an_erased_key_back(settings: Any) -> None:
    settings.FIELD_KEYS = f"1:{OLD}"
    key = new_data_key(now=NOON)
    stale = DataKey.objects.get(pk=key.pk)
    erase_key(key, now=NOON)
    settings.FIELD_KEYS = f"2:{NEW},1:{OLD}"

    assert rewrap(stale) is False
    assert bytes(DataKey.objects.get(pk=key.pk).wrapped) == b""


def test_the_command_rewraps_every_region(
    region: Region, other_region: Region, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FIELD_KEYS, settings.INDEX_KEY = f"1:{OLD}", ""
    for where in (region, other_region):
        with region_scope(where.pk):
            letter()
    settings.FIELD_KEYS = f"2:{NEW},1:{OLD}"
    index = blind_index("x", "y")

    call_command("rewrap")

    words = capsys.readouterr().out
    assert "moved 2 data keys to root key 2" in words
    settings.FIELD_KEYS = f"2:{NEW}"
    settings.INDEX_KEY = words.partition("set INDEX_KEY to ")[2].partition(":")[0]
    assert blind_index("x", "y") == index


def test_a_missing_root_key_is_named(settings: Any) -> None:
    settings.FIELD_KEYS = f"1:{OLD}"
    message = letter()
    settings.FIELD_KEYS = f"2:{NEW}"
    shelf().clear()

    with pytest.raises(ring.UnknownKey, match="FIELD_KEYS does not hold key 1; add it after"):
        _ = Message.objects.get(pk=message.pk).address


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("", "FIELD_KEYS is empty"),
        ("1:short", "looks like"),
        (f"1:{base64.b64encode(b'short').decode()}", "32 bytes"),
        ("one:AAAA", "looks like"),
    ],
)
def test_a_ring_that_cannot_be_read_says_how_to_write_it(
    settings: Any, keys: str, words: str
) -> None:
    settings.FIELD_KEYS = keys

    with pytest.raises(ImproperlyConfigured, match=words):
        ring.root_keys()


def test_an_erased_key_makes_its_rows_unreadable_and_no_others() -> None:
    gone, kept = letter(), letter()

    erase_key(gone.data_key, now=NOON)

    with pytest.raises(KeyErased, match="cannot be read again"):
        _ = Message.objects.get(pk=gone.pk).address
    assert Message.objects.get(pk=kept.pk).address == ADDRESS


def test_a_shared_key_is_shared_until_it_is_erased() -> None:
    first = shared_key("messages:2026-03-10", now=NOON)
    second = shared_key("messages:2026-03-10", now=NOON)
    erase_key(first, now=NOON)
    third = shared_key("messages:2026-03-10", now=NOON + timedelta(hours=1))

    assert first.pk == second.pk != third.pk


def test_a_blind_index_is_stable_and_bound_to_its_purpose(settings: Any) -> None:
    settings.FIELD_KEYS, settings.INDEX_KEY = f"1:{OLD}", ""
    index = blind_index("case", "VT-2026-1")

    settings.FIELD_KEYS = f"2:{NEW},1:{OLD}"

    assert blind_index("case", "VT-2026-1") == index
    assert len({index, blind_index("expert", "VT-2026-1"), blind_index("case", "VT-2026-2")}) == 3


def test_a_blind_index_refuses_to_change_silently_with_the_ring(settings: Any) -> None:
    settings.FIELD_KEYS, settings.INDEX_KEY = f"2:{NEW}", ""

    with pytest.raises(ImproperlyConfigured, match="INDEX_KEY is not set"):
        blind_index("case", "VT-2026-1")


def test_every_sealed_model_has_an_id_made_in_python() -> None:
    sealed = [
        model
        for model in apps.get_models()
        if any(isinstance(field, SealedText) for field in model._meta.get_fields())
    ]

    assert Message in sealed
    for model in sealed:
        assert isinstance(model._meta.pk, models.UUIDField)
        assert "data_key" in {field.name for field in model._meta.get_fields()}
