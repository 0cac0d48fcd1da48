"""Plan documents by their name: a file means the file, plan@version what was published under it.

Only what is asked for has to be readable: a half-written draft beside it hinders nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attain.cli.options import wrong_use

if TYPE_CHECKING:
    from attain.kernel.errors import Finding
    from attain.plans.loader import Document
    from attain.web.apps.plans.models import PlanVersion
    from attain.web.workspace import Workspace


def documents_of(workspace: Workspace, files: Sequence[Path] | None) -> list[Document]:
    """The named documents, or all of the workspace. Fragments are looked for in plans/ too."""
    from attain.plans.loader import load_documents, load_folder

    folder = workspace.path / "plans"
    if not files:
        return load_folder(folder)
    for path in files:
        if not path.is_file():
            raise wrong_use(f"There is no file {path}.")
    named = {path.resolve(): path for path in files}
    others = [path for path in sorted(folder.rglob("*.y*ml")) if path.resolve() not in named and _holds_fragment(path)]
    loaded = load_documents([*((str(path), path) for path in named.values()), *((str(path), path) for path in others)])
    return [document for document in loaded if Path(document.file).resolve() in named]


def readable_of(workspace: Workspace, files: Sequence[Path] | None) -> tuple[list[Document], list[Finding]]:
    """The named documents, all of which must be readable; or those of the workspace that are, and what is wrong with
    the others.
    """
    from attain.plans.loader import readable_in

    return (documents_of(workspace, files), []) if files else readable_in(workspace.path / "plans")


def not_published(workspace: Workspace, documents: Sequence[Document], unreadable: Sequence[Finding]) -> Finding:
    """Which files cannot be read, and that this hinders nobody from publishing others."""
    from attain.kernel.errors import Finding

    def shown(file: str | None) -> str:
        path = Path(file or "")
        return str(path.relative_to(workspace.path)) if path.is_relative_to(workspace.path) else str(path)

    files = sorted({shown(one.where.file) for one in unreadable})
    example = f", such as attain publish {shown(documents[0].file)}" if documents else ""
    message = f"{', '.join(files)} cannot be read, so nothing was published."
    return Finding("error", "plan.unreadable", message, hint=f"To publish other plans, name their files{example}")


def _holds_fragment(path: Path) -> bool:
    import re

    return re.search(r"^fragment\s*:", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE) is not None


def document_named(workspace: Workspace, name: str) -> Document:
    """A plan by its file, by plan@version, or by its name alone, which means its newest version."""
    from attain.kernel.errors import NotFound, suggest
    from attain.plans.loader import readable_in

    if Path(name).is_file():
        found = documents_of(workspace, [Path(name)])
        if len(found) != 1:
            raise wrong_use(f"{name} holds {len(found)} plans; name one of them as plan@version.")
        return found[0]
    versions = {str(version): version for version in _versions(workspace)}
    in_use = {id_: version for id_, version in versions.items() if version.state == version.State.PUBLISHED}
    if name in in_use:
        return _published(in_use[name])
    drafts, unreadable = readable_in(workspace.path / "plans")
    starts = {one.id: (one.plan.plan, one.plan.effective.start) for one in drafts}
    starts |= {id_: (version.plan, version.effective_from) for id_, version in in_use.items()}
    if name not in starts and name in versions:  # it was retired, and its file is gone
        return _published(versions[name])
    matching = [id_ for id_, (plan, _) in starts.items() if name in (id_, plan)]
    if matching:
        newest = max(matching, key=lambda id_: starts[id_][1])
        return _published(in_use[newest]) if newest in in_use else next(one for one in drafts if one.id == newest)
    near = suggest(name, [*(plan for plan, _ in starts.values()), *starts])
    hint = f"Did you mean {near}?" if near else f"Known are {', '.join(starts) or 'none'}."
    if unreadable:
        files = sorted({Path(one.where.file or "").name for one in unreadable})
        hint += f" What {', '.join(files)} holds cannot be read; `attain check` says why."
    raise NotFound(f"There is no plan {name}.", code="plans.unknown", hint=hint)


def _published(version: PlanVersion) -> Document:
    from attain.web.apps.plans.selectors import document_of

    return document_of(version)


def _versions(workspace: Workspace) -> list[PlanVersion]:
    """As they were published, with the end that their documents say. A workspace may have no database yet."""
    from attain.kernel.errors import SetupError

    try:
        workspace.connect()
    except SetupError:
        return []
    from attain.web.apps.plans.models import PlanVersion

    return list(PlanVersion.objects.filter(state__in=(PlanVersion.State.PUBLISHED, PlanVersion.State.RETIRED)))


def published_otherwise(workspace: Workspace, documents: Sequence[Document]) -> list[Finding]:
    """Files that say something else than was published under their name: runs pay by what was published."""
    from attain.kernel.errors import Finding

    versions = {str(one): one for one in _versions(workspace) if one.state == one.State.PUBLISHED}
    if not versions:
        return []
    from attain.web.apps.audit.services import moment

    found = []
    for document in documents:
        version = versions.get(document.id)
        if version is not None and version.content_hash != document.hash:
            by = f"on {moment(version.published_at)[:16]} by {version.published_by}" if version.published_at else ""
            said = f"This is not what was published as {document.id} {by}: runs pay by that, not by this file."
            hint = f"Give it a version of its own; see attain diff {document.id} {document.file} --structure"
            found.append(Finding("warning", "plan.published-otherwise", said, document.where("version"), hint))
    return found


def tests_called(workspace: Workspace, name: str) -> list[Document]:
    """The plans of the workspace that can be read; if none of them has what is asked for, the others may."""
    from attain.kernel.errors import Findings
    from attain.plans.loader import readable_in
    from attain.plans.plan_tests import chosen

    documents, unreadable = readable_in(workspace.path / "plans")
    if unreadable and not list(chosen(documents, name)):
        raise Findings(unreadable)
    return documents
