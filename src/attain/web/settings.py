"""Django's settings, made from a workspace: there is no settings file, and no secret, to keep in step with it.

A process works on one workspace at a time. Configuring for another one closes the first one's connections.
"""

from __future__ import annotations

from . import store
from .workspace import Workspace

APPS = tuple(f"attain.web.apps.{name}" for name in ("audit", "imports", "org", "plans", "pay"))


def configure(workspace: Workspace) -> None:
    """Let this process work on a workspace; to be called before any model is imported."""
    store.use_own_sqlite()
    import django
    from django.conf import settings

    databases = {"default": store.database_settings(workspace.database_url, workspace.path)}
    if not settings.configured:
        settings.configure(
            DATABASES=databases,
            INSTALLED_APPS=list(APPS),
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            USE_TZ=True,
            TIME_ZONE="UTC",
            USE_I18N=False,
        )
        django.setup()
        return
    _switch(databases)


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
