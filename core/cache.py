"""A cache that may be away: what it holds is a help, never a condition for signing in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# After a failure nobody tries for this long, so that a dead host costs one wait, not ten.
REST_SECONDS = 5.0


class PatientRedisCache(RedisCache):
    """Redis; while it is away every key is absent and every `add` succeeds.

    Limits that must hold without Redis stand in PostgreSQL (`core.access.buckets`).
    """

    _away_until = 0.0

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(super().add, True, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask(super().set, None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(super().touch, False, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(super().delete, False, *args, **kwargs))

    def _ask(self, act: Callable[..., Any], otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < PatientRedisCache._away_until:
            return otherwise
        try:
            return act(*args, **kwargs)
        except (RedisError, OSError) as broken:
            PatientRedisCache._away_until = time.monotonic() + REST_SECONDS
            log.warning("cache is away", extra={"outcome": type(broken).__name__})
            return otherwise
