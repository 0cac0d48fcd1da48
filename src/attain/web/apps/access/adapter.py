"""What allauth asks of us: nobody signs up by themselves; accounts are made by whoever may grant roles."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *arguments: object, **named: object) -> None:
        """What allauth would say at every sign-in is seen on the page anyway."""
