"""`manage.py rewrap`: move every data key under the current root key, after a rotation."""

from __future__ import annotations

import base64
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.access.models import Region
from core.access.scope import region_scope
from core.crypto import ring
from core.crypto.keys import rewrap
from core.crypto.models import DataKey


class Command(BaseCommand):
    help = "Move data keys under the first key of FIELD_KEYS; the other keys may go afterwards."

    def handle(self, *_args: Any, **_options: Any) -> None:
        moved = 0
        for region_id in Region.objects.order_by("pk").values_list("pk", flat=True):
            # One transaction a region; running it again goes on where it stopped.
            with region_scope(region_id):
                moved += sum(rewrap(key) for key in DataKey.objects.filter(erased_at=None))
        self.stdout.write(f"moved {moved} data keys to root key {ring.current_id()}")
        if not settings.INDEX_KEY and len(ring.root_keys()) > 1:
            key = ring.index_key(settings.INDEX_KEY, settings.FIELD_KEYS)
            self.stdout.write(
                "Before key 1 leaves FIELD_KEYS, set INDEX_KEY to "
                f"{base64.b64encode(key).decode()}: searches depend on it."
            )
