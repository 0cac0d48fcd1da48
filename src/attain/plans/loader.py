"""From files to documents: a plan is read strictly, its fragments are put in place, and it gets a fingerprint.

A `Document` is a plan with its text, and knows the line of every part of it. The fingerprint covers what the document
says, not how: comments, layout and the order of sections do not change it; a changed test does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from attain.facts.strict_yaml import MAX_BYTES, Map, Node, Scalar, parse_yaml, shortened
from attain.kernel.errors import Finding, Findings, PlanError, Where, suggest
from attain.kernel.hashing import hash_of
from attain.plans import mistakes
from attain.plans.expressions import Expr, canonical
from attain.plans.mistakes import in_words, line_at
from attain.plans.model import Fragment, Plan, Policies

MOST_DOCUMENTS = 200
LONGEST = 200_000
SHARED_SECTIONS = ("parameters", "tables", "values")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class FragmentDocument:
    """A fragment as it was read. `id` is what plans name in `uses`."""

    fragment: Fragment
    text: str
    hash: str
    file: str
    lines: mistakes.Lines = field(repr=False)

    @property
    def id(self) -> str:
        return f"{self.fragment.fragment}@{self.fragment.version}"

    def where(self, *path: str | int) -> Where:
        return _where(self.file, self.lines, path)


@dataclass(frozen=True)
class Document:
    """A plan as it was read, with the sections of its fragments in place."""

    plan: Plan
    text: str
    hash: str
    file: str
    lines: mistakes.Lines = field(repr=False)
    borrowed: Mapping[tuple[str, str], FragmentDocument] = field(default_factory=dict, repr=False)
    """Section and name -> the fragment that it comes from."""

    @property
    def id(self) -> str:
        return f"{self.plan.plan}@{self.plan.version}"

    def line_of(self, *path: str | int) -> int | None:
        """The line of a place such as ("components", "commission", "tiers", 2), or of what is written around it."""
        return self.where(*path).line

    def where(self, *path: str | int) -> Where:
        fragment = self.borrowed.get((str(path[0]), str(path[1]))) if len(path) > 1 else None
        if fragment is not None:
            return fragment.where(*path)
        return _where(self.file, self.lines, path)


@contextmanager
def located(documents: Iterable[Document]) -> Iterator[None]:
    """Gives a refusal of a part of these plans its file and line."""
    try:
        yield
    except PlanError as error:
        for document in documents:
            if document.id == error.plan:
                error.where = document.where(*error.part)
        raise


def _where(file: str, lines: mistakes.Lines, path: mistakes.Path) -> Where:
    """The place of a path. The number of an only item that stands without brackets is not said."""
    while path and isinstance(path[-1], int) and path not in lines:
        path = path[:-1]
    return Where(file, line_at(lines, path), in_words(path) or None)


class _Part(NamedTuple):
    """One YAML document of a file, moved down so that its lines are those of the file."""

    file: str
    text: str
    padded: str


def load_plan(
    path_or_text: Path | str, file: str | None = None, fragments: Mapping[str, FragmentDocument] | None = None
) -> Document:
    """The one plan of a file or text. Everything that is wrong with it is raised at once, as Findings."""
    parts = list(_parts(path_or_text, file))
    if len(parts) != 1:
        raise PlanError(
            f"{len(parts)} documents stand here; one plan was expected.",
            code="plan.documents",
            where=Where(parts[0].file if parts else file),
            hint="Load the folder, which may hold several documents a file.",
        )
    return _plan(parts[0], fragments or {})


def load_fragment(path_or_text: Path | str, file: str | None = None) -> FragmentDocument:
    parts = list(_parts(path_or_text, file))
    if len(parts) != 1:
        raise PlanError(f"{len(parts)} documents stand here; one fragment was expected.", code="plan.documents",
                        where=Where(parts[0].file if parts else file))  # fmt: skip
    return _fragment(parts[0])


def load_folder(folder: Path) -> list[Document]:
    """All plans below a folder, in the order of their files."""
    return _all(readable_in(folder))


def readable_in(folder: Path) -> tuple[list[Document], list[Finding]]:
    """The plans below a folder that can be read, and what is wrong with the others."""
    if not folder.is_dir():
        raise PlanError(f"There is no folder {folder}.", code="plan.no-folder", where=Where(str(folder)))
    paths = sorted(path for suffix in ("*.yaml", "*.yml") for path in folder.rglob(suffix))
    return _readable((str(path), path) for path in paths)


def load_documents(sources: Iterable[tuple[str, Path | str]]) -> list[Document]:
    """Plans from (name of the file, path or text); fragments may stand in any of them, before or after their use."""
    return _all(_readable(sources))


def _all(read: tuple[list[Document], list[Finding]]) -> list[Document]:
    documents, findings = read
    if findings:
        raise Findings(findings)
    return documents


def _readable(sources: Iterable[tuple[str, Path | str]]) -> tuple[list[Document], list[Finding]]:
    findings: list[Finding] = []
    fragments: dict[str, FragmentDocument] = {}
    plans: list[_Part] = []
    for file, source in sources:
        with _Gathering(findings):
            for part in _parts(source, file):
                with _Gathering(findings):
                    if not re.search(r"^fragment\s*:", part.text, re.MULTILINE):
                        plans.append(part)
                        continue
                    fragment = _fragment(part)
                    _once(fragment.id, fragment.where("fragment"), fragments)
                    fragments[fragment.id] = fragment
    documents: dict[str, Document] = {}
    for part in plans:
        with _Gathering(findings):
            document = _plan(part, fragments)
            _once(document.id, document.where("plan"), documents)
            documents[document.id] = document
    return list(documents.values()), findings


def _once(id_: str, where: Where, known: Mapping[str, Document | FragmentDocument]) -> None:
    if id_ in known:
        raise PlanError(
            f"{id_} stands here a second time; the first is in {known[id_].file}.",
            code="plan.twice",
            where=where,
            hint="A version is one document for ever: give this one another version.",
        )


class _Gathering:
    """Collects what is raised inside, so that the work goes on with the next document."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> bool:
        if isinstance(fault, Findings):
            self.findings.extend(fault.findings)
        elif isinstance(fault, PlanError):
            self.findings.append(Finding("error", fault.code, fault.message, fault.where, fault.hint))
        else:
            return False
        return True


def _parts(source: Path | str, file: str | None) -> Iterator[_Part]:
    """The documents of a file. A line of three dashes separates them."""
    name = file or (str(source) if isinstance(source, Path) else "plan.yaml")
    text = _text_of(source, name) if isinstance(source, Path) else source
    if len(text) > MAX_BYTES:
        message = f"The file has more than {MAX_BYTES} characters."
        raise PlanError(message, code="plan.too-large", where=Where(name, 1), hint="Make it several files.")
    pieces: list[tuple[int, list[str]]] = [(0, [])]
    for number, line in enumerate(text.split("\n")):
        if re.match(r"---(\s|$)", line):
            pieces.append((number, [line.replace("---", "   ", 1)]))
        else:
            pieces[-1][1].append(line)
    written = [(first, "\n".join(lines)) for first, lines in pieces if _has_content(lines)]
    if len(written) > MOST_DOCUMENTS:
        raise PlanError(f"The file holds {len(written)} documents; at most {MOST_DOCUMENTS} are read.",
                        code="plan.documents", where=Where(name))  # fmt: skip
    for first, piece in written or [(0, text)]:
        yield _Part(name, piece, "\n" * first + piece)


def _has_content(lines: Iterable[str]) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)


def _text_of(path: Path, name: str) -> str:
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as fault:
        message = f"{name} cannot be read: {fault.strerror}."
        raise PlanError(message, code="yaml.unreadable", where=Where(name)) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise PlanError(f"Byte {fault.start} is no UTF-8.", code="yaml.encoding", where=Where(name, line),
                        hint="Save it as UTF-8.") from None  # fmt: skip


def _plan(part: _Part, fragments: Mapping[str, FragmentDocument]) -> Document:
    plan, lines = _validated(part, Plan)
    whole, borrowed = _with_fragments(plan, part.file, lines, fragments)
    return Document(whole, part.text, content_hash(whole), part.file, lines, borrowed)


def _fragment(part: _Part) -> FragmentDocument:
    fragment, lines = _validated(part, Fragment)
    return FragmentDocument(fragment, part.text, content_hash(fragment), part.file, lines)


def _validated(part: _Part, model: type[Model]) -> tuple[Model, mistakes.Lines]:
    if len(part.text) > LONGEST:
        raise PlanError(
            f"The document has {len(part.text)} characters; at most {LONGEST} are read.",
            code="plan.too-large",
            where=Where(part.file, 1),
            hint="Put tables into fragments, which are documents of their own.",
        )
    tree = parse_yaml(part.padded, part.file, error=PlanError)
    if not isinstance(tree, Map):
        raise PlanError(
            f"A {model.__name__.lower()} is a map that begins with `{model.__name__.lower()}:`, not a list or a text.",
            code="plan.shape",
            where=Where(part.file, tree.line),
        )
    odd = mistakes.with_odd_characters(tree, part.file)
    if odd:
        raise Findings(odd)
    findings = mistakes.without_value(tree, part.file)
    try:
        read = model.model_validate(_plain(tree))
    except ValidationError as problem:
        empty = {finding.where for finding in findings}
        others = mistakes.findings_of(problem, model, tree, part.file)
        findings += [finding for finding in others if finding.where not in empty]
        raise Findings(sorted(findings, key=lambda finding: finding.where.line or 0)) from None
    if findings:
        raise Findings(findings)
    return read, mistakes.lines_of(tree)


def _plain(node: Node) -> Any:
    """Maps, lists and text. Depth is limited by the reader."""
    if isinstance(node, Map):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, Scalar):
        return None if node.is_empty else node.text
    return [_plain(item) for item in node]


def _with_fragments(
    plan: Plan, file: str, lines: mistakes.Lines, fragments: Mapping[str, FragmentDocument]
) -> tuple[Plan, dict[tuple[str, str], FragmentDocument]]:
    """The plan together with the sections of the fragments that it uses; a name defined twice is refused."""
    findings: list[Finding] = []
    borrowed: dict[tuple[str, str], FragmentDocument] = {}
    sections: dict[str, dict[str, Any]] = {name: dict(getattr(plan, name)) for name in SHARED_SECTIONS}
    sections["policies"] = {name: getattr(plan.policies, name) for name in plan.policies.model_fields_set}
    for number, wanted in enumerate(plan.uses):
        said = Where(file, line_at(lines, ("uses", number)), f"uses {wanted}")
        fragment = fragments.get(wanted)
        if fragment is None:
            findings.append(_no_fragment(wanted, said, fragments))
            continue
        for section, known in sections.items():
            given = getattr(fragment.fragment, section)
            said_here = given if isinstance(given, dict) else given.model_fields_set
            items = {name: given[name] if isinstance(given, dict) else getattr(given, name) for name in said_here}
            for name, item in items.items():
                if name in known:
                    other = borrowed.get((section, name))
                    first = f"in {other.id}" if other else f"on line {line_at(lines, (section, name))}"
                    message = f"`{name}` is defined in {wanted} under `{section}`, and also {first}."
                    findings.append(Finding("error", "plan.twice", message, said, "Keep one of the two."))
                    continue
                known[name] = item
                borrowed[section, name] = fragment
    if findings:
        raise Findings(findings)
    if not borrowed:
        return plan, {}
    policies = Policies(**sections.pop("policies"))
    return plan.model_copy(update={**sections, "policies": policies}), borrowed


def _no_fragment(wanted: str, where: Where, fragments: Mapping[str, FragmentDocument]) -> Finding:
    name, at, _ = wanted.partition("@")
    if not at:
        message = f"`uses: {shortened(wanted)}` does not say which version."
        return Finding("error", "plan.fragment", message, where, f"Write `{shortened(name)}@<version>`.")
    near = suggest(wanted, fragments)
    hint = f"Did you mean {near}?" if near else f"Known are {', '.join(fragments) or 'none'}."
    return Finding("error", "plan.fragment", f"There is no fragment {shortened(wanted)}.", where, hint)


def content_hash(content: BaseModel) -> str:
    """SHA-256 of what a document says; what is left out and what is said as its default are the same."""
    return hash_of(_canonical(content))


_IN_ORDER = frozenset({"amounts", "by"})
"""Maps in which the order of the entries has a meaning."""


def _canonical(value: Any, name: str = "") -> Any:
    if isinstance(value, BaseModel):
        return {
            key: _canonical(getattr(value, key), key)
            for key, described in type(value).model_fields.items()
            if getattr(value, key) != described.get_default(call_default_factory=True)
        }
    if isinstance(value, Expr):
        return canonical(value)
    if isinstance(value, dict) and name in _IN_ORDER:
        return [[key, _canonical(item)] for key, item in value.items()]
    if isinstance(value, dict):
        return {str(key): _canonical(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, date | Fraction):
        return str(value)
    return value
