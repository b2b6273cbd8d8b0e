"""The shared cache, which holds nothing but the counters of rate limits."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class CountingCache(RedisCache):
    """Redis; while it is away each process counts for itself, so that pages work and floods are still stopped."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("metya-counters", {"OPTIONS": {"MAX_ENTRIES": 100_000}})

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._steadily(super().add, self._own.add, *args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._steadily(super().get, self._own.get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._steadily(super().set, self._own.set, *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> int:
        return int(self._steadily(super().incr, self._own.incr, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._steadily(super().delete, self._own.delete, *args, **kwargs))

    def _steadily(self, shared: Callable[..., Any], own: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return shared(*args, **kwargs)
        except RedisError as error:
            logger.warning("Redis does not answer (%s): this process counts for itself", error)
            return own(*args, **kwargs)
