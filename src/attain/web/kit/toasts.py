"""A short word that something was done, with the way back where there is one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest


def undoable(request: HttpRequest, said: str, address: str) -> None:
    """`address` undoes it when something is posted to it."""
    messages.success(request, said, extra_tags=address)
