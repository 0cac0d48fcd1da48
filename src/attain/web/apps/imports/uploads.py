"""Uploaded files on their way to the worker: kept under a name of ours, and bounded in size while they arrive."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.utils.translation import gettext as _

from attain.kernel.errors import Refused
from attain.web.apps.access.policy import Right
from attain.web.apps.jobs.models import Job
from attain.web.workspace import Workspace

A_DAY = timedelta(days=1)
LARGEST = 200 * 2**20
_OWN = re.compile(r"[0-9a-f-]{8,64}\.(csv|xlsx|parquet)")
KINDS = ("csv", "xlsx", "parquet")


class Bounded(TemporaryFileUploadHandler):
    """Files arrive on the disk and never grow beyond the limit, all of a request together; who may not import brings
    none."""

    def new_file(self, *arguments: object, **named: object) -> None:
        viewer = getattr(self.request, "viewer", None)
        if viewer is None or not (viewer.may(Right.IMPORT) or viewer.may(Right.CHANGE_PEOPLE)):
            raise StopUpload(connection_reset=True)
        super().new_file(*arguments, **named)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.request.uploaded = getattr(self.request, "uploaded", 0) + len(raw_data)
        if self.request.uploaded > LARGEST:
            self.request.upload_stopped = self.file_name
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def keep(workspace: Workspace, file: UploadedFile) -> str:
    """Write an upload to `data/uploads`; the answer names it there. Nothing of its own name is used as a path."""
    kind = (file.name or "").rpartition(".")[2].casefold()
    if kind not in KINDS:
        raise Refused(
            _("%(name)s is no CSV, XLSX or Parquet file.") % {"name": file.name},
            code="imports.kind", hint=_("Save it as one of these."),
        )  # fmt: skip
    if file.size is None or file.size > LARGEST:
        raise too_large(file.name)
    name = f"{workspace.ports.ids.new()}.{kind}"
    workspace.ports.files.make_folder(_folder(workspace))
    with workspace.ports.files.create(_folder(workspace) / name) as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    return name


def too_large(name: str | None) -> Refused:
    return Refused(
        _("%(name)s is larger than %(most)s MiB.") % {"name": name, "most": LARGEST // 2**20},
        code="imports.too-large", hint=_("Import it on the server: attain import, or cut it into several files."),
    )  # fmt: skip


def path_of(workspace: Workspace, name: str) -> Path:
    if _OWN.fullmatch(name) is None:
        said = _("%(name)r is no upload.") % {"name": name}
        raise Refused(said, code="imports.upload", hint=_("Upload the file again."))
    return _folder(workspace) / name


def kept_names(workspace: Workspace) -> list[str]:
    folder = _folder(workspace)
    return [file.name for file in folder.iterdir()] if folder.is_dir() else []


def sweep_uploads(workspace: Workspace) -> list[Path]:
    """What no job needs any more: whose job has ended, as after a kill, and what nobody imported for a day."""
    names = kept_names(workspace)
    jobs = Job.objects.filter(kind="import", arguments__upload__in=names).order_by("pk")
    asked = {job.arguments["upload"]: job.is_open for job in jobs}
    kept = [_folder(workspace) / name for name in names]
    before = (workspace.ports.clock.now() - A_DAY).timestamp()
    gone = [file for file in kept if not asked.get(file.name, file.lstat().st_mtime > before)]
    for file in gone:
        file.unlink(missing_ok=True)
    return gone


def _folder(workspace: Workspace) -> Path:
    return workspace.data / "uploads"
