"""What allauth asks of us: nobody signs up by themselves; accounts are made by whoever may grant roles."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *arguments: object, **named: object) -> None:
        """What allauth would say at every sign-in is seen on the page anyway."""


class CompanyAdapter(DefaultSocialAccountAdapter):
    """Sign-on by the company: who has no account here gets none by it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False
