"""What allauth asks of us: nobody signs up by themselves; accounts are made by whoever may grant roles."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .models import Account


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: object) -> Account | None:
        """An account that was put out is answered like a wrong password: nobody learns that theirs was right."""
        account: Account | None = super().authenticate(request, **credentials)
        return account if account is not None and account.is_active else None

    def respond_user_inactive(self, request: HttpRequest, user: Account) -> HttpResponse:
        return redirect(settings.LOGIN_URL)

    def add_message(self, *arguments: object, **named: object) -> None:
        """What allauth would say at every sign-in is seen on the page anyway."""


class CompanyAdapter(DefaultSocialAccountAdapter):
    """Sign-on by the company: who has no account here gets none by it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False
