"""The WSGI application of one workspace, as a server such as granian loads it.

    ATTAIN_WORKSPACE=/srv/acme granian --interface wsgi --factory attain.web.serving.application:from_environment
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attain.kernel.errors import SetupError
from attain.web import settings
from attain.web.workspace import Workspace

WORKSPACE_VARIABLE = "ATTAIN_WORKSPACE"


def application_of(workspace: Workspace) -> Callable[..., Any]:
    workspace.connect()
    settings.serve_pages(workspace)
    from django.core.wsgi import get_wsgi_application

    made: Callable[..., Any] = get_wsgi_application()
    return made


def from_environment() -> Callable[..., Any]:
    return application_of(workspace_of_environment())


def workspace_of_environment() -> Workspace:
    folder = os.environ.get(WORKSPACE_VARIABLE)
    if not folder:
        raise SetupError(
            f"{WORKSPACE_VARIABLE} does not say which workspace is served.", code="serve.workspace",
            hint=f"Set {WORKSPACE_VARIABLE} to its folder, or use `attain serve`.",
        )  # fmt: skip
    return Workspace.open(Path(folder))
