"""A request that changes something is done once, however often it is sent with the same Idempotency-Key.

The key is taken before the work and gets its answer after it. Between the two, as after a crash, the same request is
refused and told to look, because nobody can say whether it was done. What was refused may be sent again.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from ninja.errors import HttpError

from attain.kernel.errors import AttainError, Refused, Where
from attain.kernel.hashing import hash_of, sha256_bytes
from attain.web import store
from attain.web.apps.access.models import KeyedRequest
from attain.web.apps.audit.services import acting

LONGEST_KEY = 200
Operation = Callable[..., Any]


def writes(status: int) -> Callable[[Operation], Operation]:
    """Declares an operation that changes something: kept under its key, and noted in the log with its token."""

    def declare(operation: Operation) -> Operation:
        @wraps(operation)
        def once(request: HttpRequest, **arguments: Any) -> JsonResponse:
            kept = _take(request)
            if kept is not None and kept.status is not None:
                return _again(kept)
            try:
                answer = JsonResponse(operation(request, **arguments), status=status)
            except (AttainError, Http404, HttpError):  # refused, and nothing was changed: it may come again
                if kept is not None:
                    kept.delete()
                raise
            _note(request, answer, kept)
            return answer

        once.__signature__ = inspect.signature(operation, eval_str=True)  # type: ignore[attr-defined]
        return once  # its names are those of the module it comes from, which ninja would look for here

    return declare


def _note(request: HttpRequest, answer: JsonResponse, kept: KeyedRequest | None) -> None:
    token = request.viewer.token
    with acting(request.workspace, request.viewer.actor, "note request") as act:
        after = {"token": token.name, "method": request.method, "path": request.path, "status": answer.status_code}
        act.record("api.wrote", "token", token.prefix, after=after)
        if kept is not None:
            kept.status, kept.answer = answer.status_code, answer.content.decode()
            kept.save(force_update=True)


def _take(request: HttpRequest) -> KeyedRequest | None:
    """The request's key, taken by it or answered before; none where it came without."""
    key, where = request.headers.get("Idempotency-Key", ""), Where(field="Idempotency-Key")
    if not key:
        return None
    if len(key) > LONGEST_KEY:
        raise Refused(f"The key is longer than {LONGEST_KEY} signs.", code="api.key", where=where,
                      hint="Use a random one of about 36 signs.")  # fmt: skip
    asked = _hash_of(request)
    with store.writing("keep request"):
        found, is_new = KeyedRequest.objects.get_or_create(
            account=request.viewer.account, key=key,
            defaults={"request_hash": asked, "at": request.workspace.ports.clock.now()},
        )  # fmt: skip
    if is_new:
        return found
    if found.request_hash != asked:
        raise Refused(f"The key was used for another request at {found.at:%Y-%m-%d %H:%M} UTC.", code="api.key-used",
                      where=where, hint="Send the same request again, or use a new key.")  # fmt: skip
    if found.status is None:
        raise Refused("A request with this key was begun and has no answer yet.", code="api.busy", where=where,
                      hint="Ask again in a moment; if it stays so, look whether it was done.")  # fmt: skip
    return found


def _again(kept: KeyedRequest) -> JsonResponse:
    answer = JsonResponse(json.loads(kept.answer), status=kept.status)
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _hash_of(request: HttpRequest) -> str:
    """Of what is asked. A file is told by its content, because the signs between the parts of a form are random."""
    if request.FILES:
        files = {}
        for name, file in sorted(request.FILES.items()):
            files[name] = [file.name, file.size, sha256_bytes(b"".join(_hashes(file)))]
        body: object = [sorted(request.POST.items()), files]
    else:
        body = sha256_bytes(request.body)
    return hash_of([request.method, request.get_full_path(), request.headers.get("If-Match", ""), body])


def _hashes(file: Any) -> Any:
    for chunk in file.chunks():
        yield sha256_bytes(chunk).encode()
    file.seek(0)
