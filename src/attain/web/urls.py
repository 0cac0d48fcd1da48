"""The addresses of the application: each app has its own, and those of sign-on that we use."""

from __future__ import annotations

from allauth.account import views as sign_on
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as company
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import include, path

from attain.web.api import PREFIX
from attain.web.home import home
from attain.web.sign_on import HAS_SAML

SIGN_ON = [
    path("sign-in/", sign_on.login, name="account_login"),
    path("sign-out/", sign_on.logout, name="account_logout"),
    path("sign-in/again/", sign_on.reauthenticate, name="account_reauthenticate"),
    path("sign-in/with/<str:provider_id>/", openid.login, name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/back/", openid.callback, name="openid_connect_callback"),
    path("sign-in/cancelled/", company.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/refused/", company.login_error, name="socialaccount_login_error"),
    path("sign-in/unknown/", company.signup, name="socialaccount_signup"),
    path("me/password/", sign_on.password_change, name="account_change_password"),
    path("sign-in/code/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/again/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("me/second-factor/", mfa.index, name="mfa_index"),
    path("me/second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("me/second-factor/app/end/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("me/second-factor/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("me/second-factor/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("me/second-factor/codes/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
]

if HAS_SAML:
    SIGN_ON.append(path("sign-in/saml/<str:organization_slug>/", include("attain.web.apps.access.saml")))

urlpatterns = [
    path("", home, name="home"),
    *SIGN_ON,
    path("", include("attain.web.apps.access.urls")),
    path("", include("attain.web.apps.pay.urls")),
    path("", include("attain.web.apps.jobs.urls")),
    path("", include("attain.web.apps.audit.urls")),
    path("", include("attain.web.apps.org.urls")),
    path("", include("attain.web.apps.imports.urls")),
    path("", include("attain.web.apps.plans.urls")),
    path("", include("attain.web.apps.lists.urls")),
    path(PREFIX.lstrip("/"), include(("attain.web.api.building", "api"))),
]
handler400 = "attain.web.serving.errors.bad_request"
handler404 = "attain.web.serving.errors.not_found"
handler403 = "attain.web.serving.errors.forbidden"
handler500 = "attain.web.serving.errors.fault"
