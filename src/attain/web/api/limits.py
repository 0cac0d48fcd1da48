"""How often a token may ask: so many requests in a minute, counted in the memory of this process.

It protects the other users of the same process from a loop that went wrong, and is no fence against an attack; who
serves several processes allows each of them as much.
"""

from __future__ import annotations

import time
from threading import Lock

REQUESTS_A_MINUTE = 600
_counts: dict[int, tuple[int, int]] = {}
_lock = Lock()


def seconds_to_wait(token: int, now: float | None = None) -> int:
    """0 where the request may go on; else until the next minute begins."""
    at = time.monotonic() if now is None else now
    minute = int(at // 60)
    with _lock:
        since, count = _counts.get(token, (minute, 0))
        count = count + 1 if since == minute else 1
        _counts[token] = (minute, count)
        if len(_counts) > 10_000:
            _counts.clear()
    return 0 if count <= REQUESTS_A_MINUTE else max(1, 60 - int(at % 60))
