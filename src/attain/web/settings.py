"""Django's settings, made from a workspace: there is no settings file, and no secret, to keep in step with it.

A process works on one workspace at a time. Configuring for another one closes the first one's connections.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attain.kernel.errors import AttainError
from attain.kernel.hashing import canonical_json, sha256_bytes, sha256_file

from . import sign_on, store
from .workspace import Workspace

APPS = ("access", "audit", "imports", "org", "plans", "pay", "jobs", "lists")
RECORDS = tuple(f"attain.web.apps.{name}" for name in APPS)
SIGN_ON = (
    *(f"django.contrib.{name}" for name in ("contenttypes", "auth", "sessions")),
    *("allauth", "allauth.account", "allauth.mfa", "allauth.socialaccount"),
    "allauth.socialaccount.providers.openid_connect",
    *((sign_on.SAML,) if sign_on.HAS_SAML else ()),
)
PAGES = (
    "attain.web.kit",
    *("django.contrib.messages", "django.contrib.staticfiles", "django.forms"),
    *("django_htmx", "django_cotton.apps.SimpleAppConfig", "django_tasks", "django_tasks_db"),
)
BORROWED = ("contenttypes", "auth", "sessions", "account", "socialaccount", "mfa", "django_tasks_database")
"""Libraries with tables. Their migrations are ours, one for each, and a new one whenever a library changes its tables:
what a workspace goes through on its way up is then known, and small."""
MIDDLEWARE = (
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "attain.web.serving.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "attain.web.apps.access.middleware.ViewerMiddleware",
    "attain.web.serving.errors.PlainErrors",
)
HERE = Path(__file__).parent
SECONDS_OF_SESSION = 12 * 60 * 60


def configure(workspace: Workspace) -> None:
    """Let this process work on a workspace; to be called before any model is imported."""
    store.use_own_sqlite()
    import django
    from django.conf import settings

    databases = {"default": store.database_settings(workspace.database_url, workspace.path)}
    if not settings.configured:
        settings.configure(DATABASES=databases, **_records(), **_pages(), **_sign_on())
        django.setup()
        _teach_letters()
        _keep_no_permissions()
    else:
        _switch(databases)
    settings.WORKSPACE = workspace
    settings.WORKSPACE_STAMP = None  # it was read before, at a moment that nobody kept


def workspace_now() -> Workspace:
    """The workspace of this process. When its documents changed it is opened anew; while they cannot be read, what was
    read before goes on."""
    from django.conf import settings

    known: Workspace = settings.WORKSPACE
    with suppress(OSError, AttainError):
        if (stamp := known.stamp()) != settings.WORKSPACE_STAMP:
            settings.WORKSPACE_STAMP = stamp
            settings.WORKSPACE = known = known.anew()
    return known


def _teach_letters() -> None:
    from . import folding  # names what Django knows only from now on

    folding.install()


def _keep_no_permissions() -> None:
    """Rights are those of `attain.web.apps.access.policy`. Django would write its own into every database, also into
    one that is about to be restored."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    post_migrate.disconnect(create_permissions, dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


def _records() -> dict[str, Any]:
    return {
        "INSTALLED_APPS": [*PAGES, *SIGN_ON, *RECORDS],
        "MIGRATION_MODULES": {label: f"attain.web.borrowed.{label}" for label in BORROWED},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
    }


def _pages() -> dict[str, Any]:
    templates = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", [
                "django_cotton.cotton_loader.Loader",
                "django.template.loaders.app_directories.Loader",
            ])],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n",
                         "django.templatetags.static", "attain.web.kit.templatetags.kit"],
            "context_processors": ["django.template.context_processors.request",
                                   "django.contrib.messages.context_processors.messages",
                                   "attain.web.shell.context"],
        },
    }  # fmt: skip
    return {
        "TEMPLATES": [templates],
        "MIDDLEWARE": list(MIDDLEWARE),
        "ROOT_URLCONF": "attain.web.urls",
        "STATIC_URL": "/static/",
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_IMMUTABLE_FILE_TEST": lambda path, url: True,
        "FORM_RENDERER": "attain.web.kit.forms.Renderer",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "USE_I18N": True,
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("de", "Deutsch")],
        "LOCALE_PATHS": [str(HERE / "locale")],
        "TASKS": {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},
        "LOGGING": {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"stderr": {"class": "logging.StreamHandler", "level": "ERROR"}},
            "loggers": {"django": {"handlers": ["stderr"], "propagate": False}},
        },
        "DATA_UPLOAD_MAX_NUMBER_FILES": 1,
        "FILE_UPLOAD_HANDLERS": ["attain.web.apps.imports.uploads.Bounded"],
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2**20,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
    }


def _sign_on() -> dict[str, Any]:
    return {
        "AUTH_USER_MODEL": "access.Account",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}"}
            for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
        ]
        + [
            {
                "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
                "OPTIONS": {"min_length": 12},
            }
        ],
        "SIGN_ON_ORIGIN": "",
        "LOGIN_URL": "/sign-in/",
        "LOGIN_REDIRECT_URL": "/",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/sign-in/",
        "SOCIALACCOUNT_ADAPTER": "attain.web.apps.access.adapter.CompanyAdapter",
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,  # whom the company vouches for is found by the verified address
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX": "",
        "ACCOUNT_ADAPTER": "attain.web.apps.access.adapter.Adapter",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SESSION_REMEMBER": False,
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
        "SESSION_COOKIE_AGE": SECONDS_OF_SESSION,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_FAILURE_VIEW": "attain.web.serving.errors.forbidden",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
    }


def serve_pages(workspace: Workspace) -> None:
    """What only a process that answers browsers needs: the key that signs sessions, and addresses of files that change
    with their content, so that a browser may keep them for ever."""
    from django.conf import settings

    settings.SECRET_KEY = secret_key(workspace)
    settings.STATIC_URL = f"/static/{_fingerprint()}/"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    if workspace.address:
        name, is_secure = urlsplit(workspace.address).hostname, workspace.address.startswith("https:")
        settings.ALLOWED_HOSTS += [name]
        settings.CSRF_TRUSTED_ORIGINS = [workspace.address]
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if is_secure else None
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # who tries passwords is told apart behind the proxy, too
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = is_secure
    settings.SOCIALACCOUNT_PROVIDERS = sign_on.providers(workspace)
    settings.SIGN_ON_ORIGIN = sign_on.origin(workspace)


def _fingerprint() -> str:
    from django.contrib.staticfiles.finders import get_finders

    files = sorted((path, storage.path(path)) for finder in get_finders() for path, storage in finder.list([]))
    return sha256_bytes(canonical_json([[name, sha256_file(Path(path))] for name, path in files]))[:12]


def secret_key(workspace: Workspace) -> str:
    """Made at the first start, readable by its owner only, and in no backup."""
    path = workspace.secret_key
    if not path.exists():
        workspace.ports.files.make_folder(path.parent)
        made = workspace.ports.randomness.token()
        workspace.ports.files.write_bytes_durably(path, made.encode("ascii"), private=True)
    return path.read_text(encoding="ascii")


def _switch(databases: dict) -> None:
    """Point Django to another database."""
    from django.db import connections

    if connections.settings["default"]["NAME"] == databases["default"]["NAME"] and all(
        connections.settings["default"].get(key) == value for key, value in databases["default"].items()
    ):
        return
    connections.close_all()
    connections.settings = connections.configure_settings(databases)
    if hasattr(connections._connections, "default"):
        del connections["default"]
