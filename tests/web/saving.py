"""Somebody who saves a draft again and again, as their browser would: each time is a request and an audited write.

    python -m tests.web.saving WORKSPACE ACCOUNT TIMES

prints how each request was answered, and how many seconds they took together.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.web.conftest import Site, opened


def main(path: Path, who: str, times: int) -> None:
    site = Site(opened(path))
    client = site.as_(who)
    begun = client.post("/plans/drafts/begin/")
    draft = begun.headers["location"]
    started = time.perf_counter()
    for number in range(times):
        answer = client.post(f"{draft}save/", {"text": f"plan: mine-of-{who}\n# {number}\n", "seen": number + 1})
        print(answer.status_code, flush=True)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
