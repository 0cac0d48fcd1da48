"""A reader for YAML that never guesses: every scalar stays text, and whatever could mean two things is refused.

YAML turns `no` into False, `12:30:00` into 45000 and `010` into 8, keeps the last of two equal keys, and lets nine
short lines of aliases grow into millions of nodes. Here the text is walked event by event with the parser written in
Python (the one in C dies of deep nesting), and what comes back is a tree of nodes that know their line:

    Map     ordered entries, key -> (line of the key, node)
    Seq     items
    Scalar  text, and whether it was quoted (so `rate: "no"` and `rate: no` can be told apart)

Anchors, aliases, tags, merge keys, directives and second documents do not exist in this dialect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from attain.kernel.errors import AttainError, SetupError, Where, suggest

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
# Characters that show text in another order than it is read: a reviewer would approve something else than what runs.
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    quoted: bool
    line: int
    column: int

    @property
    def is_empty(self) -> bool:
        """Nothing was written, as in `field:`. A quoted empty text is something."""
        return not self.quoted and self.text == ""


@dataclass(frozen=True, slots=True)
class Seq:
    items: tuple[Node, ...]
    line: int
    column: int

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Map:
    entries: dict[str, tuple[int, Node]]
    line: int
    column: int

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def line_of(self, key: str) -> int:
        return self.entries[key][0]

    def items(self) -> Iterator[tuple[str, Node]]:
        for key, (_, node) in self.entries.items():
            yield key, node


Node: TypeAlias = Scalar | Seq | Map


def load_yaml(path: Path, *, error: type[AttainError] = SetupError) -> Node:
    """The tree of a file. At most one byte more than allowed is read, however large the file is."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise error(
            f"{path.name} cannot be read: {fault.strerror}.", code="yaml.unreadable", where=Where(str(path))
        ) from None
    return parse_yaml(content, str(path), error=error)


def parse_yaml(text: str | bytes, file: str, *, error: type[AttainError] = SetupError) -> Node:
    """The tree of a text. Faults are raised as `error`, with file, line and what to write instead."""
    return _Parse(_decoded(text, file, error), file, error).tree()


def _decoded(text: str | bytes, file: str, error: type[AttainError]) -> str:
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(content) > MAX_BYTES:
        raise error(
            f"The document has more than {MAX_BYTES} bytes.",
            code="yaml.too-large",
            where=Where(file),
            hint="Split it; tables of data belong into a file that is imported.",
        )
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise error(
            f"Byte {fault.start} is no UTF-8.", code="yaml.encoding", where=Where(file, line), hint="Save it as UTF-8."
        ) from None
    for place, character in enumerate(decoded):
        if character in REORDERING:
            raise error(
                f"Character U+{ord(character):04X} shows the text in another order than it is read.",
                code="yaml.reordering",
                where=Where(file, decoded.count("\n", 0, place) + 1),
                hint="Remove it.",
            )
    return decoded


class _Parse:
    """One pass over the events, with a stack of open collections instead of recursion."""

    def __init__(self, text: str, file: str, error: type[AttainError]) -> None:
        self.text = text
        self.file = file
        self.error = error

    def tree(self) -> Node:
        try:
            return self._walk(yaml.parse(self.text, Loader=yaml.SafeLoader))
        except yaml.reader.ReaderError as fault:
            place = fault.position if isinstance(fault.position, int) else 0
            line = self.text.count("\n", 0, place) + 1
            self._refuse("yaml.character", f"Character {fault.character!r} may not stand in a document.", line)
        except yaml.MarkedYAMLError as fault:
            mark = fault.problem_mark or fault.context_mark
            said = ", ".join(part for part in (fault.context, fault.problem) if part)
            self._refuse(
                "yaml.syntax",
                f"This is no YAML: {said}.",
                mark.line + 1 if mark else 1,
                mark.column + 1 if mark else None,
                hint="Check indentation, colons and quotes around this line.",
            )
        except (RecursionError, ValueError, OverflowError) as fault:
            # The library turns odd escapes and huge numbers in directives into Python's own errors.
            self._refuse("yaml.syntax", f"This is no YAML: {fault}.", 1)

    def _walk(self, events: Iterable[Event]) -> Node:
        done: Node | None = None
        stack: list[_Open] = []
        documents = 0
        for event in events:
            mark = event.start_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            finished: Node
            match event:
                case StreamStartEvent() | StreamEndEvent() | DocumentEndEvent():
                    continue
                case DocumentStartEvent():
                    documents += 1
                    self._check_document(event, documents, line)
                    continue
                case AliasEvent():
                    self._refuse("yaml.alias", f"*{event.anchor} is an alias.", line, column, "Write the value out.")
                case MappingStartEvent() | SequenceStartEvent():
                    self._check_plain(event, line, column)
                    if len(stack) == MAX_DEPTH:
                        self._refuse("yaml.too-deep", f"More than {MAX_DEPTH} levels are nested.", line, column)
                    stack.append(_Open(isinstance(event, MappingStartEvent), line, column))
                    continue
                case MappingEndEvent() | SequenceEndEvent():
                    finished = stack.pop().closed()
                case ScalarEvent():
                    self._check_plain(event, line, column)
                    finished = Scalar(event.value, event.style is not None, line, column)
                case _:
                    raise AssertionError(f"unknown event {event!r}")
            if stack:
                self._place(stack[-1], finished)
            else:
                done = finished
        if done is None or (isinstance(done, Scalar) and done.is_empty):
            self._refuse("yaml.empty", "The document is empty.", 1)
        return done

    def _place(self, parent: _Open, node: Node) -> None:
        if not parent.is_map:
            parent.items.append(node)
        elif parent.key is None:
            parent.key = self._key(parent, node)
        else:
            parent.entries[parent.key.text] = (parent.key.line, node)
            parent.key = None

    def _key(self, parent: _Open, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            self._refuse("yaml.key", "A key must be a plain word, not a list or a map.", node.line, node.column)
        if node.text == "<<" and not node.quoted:
            self._refuse("yaml.merge", "Merge keys are not used here.", node.line, node.column, "Write the fields out.")
        if node.is_empty:
            self._refuse("yaml.key", "A key is missing before the colon.", node.line, node.column)
        if node.text in parent.entries:
            first = parent.entries[node.text][0]
            self._refuse(
                "yaml.duplicate-key",
                f"`{shortened(node.text)}` stands here a second time; the first is on line {first}.",
                node.line,
                node.column,
                "Keep one of the two.",
            )
        return node

    def _check_document(self, event: DocumentStartEvent, documents: int, line: int) -> None:
        if documents > 1:
            self._refuse("yaml.second-document", "A second document starts here.", line, hint="Use a file for each.")
        if event.version or event.tags:
            self._refuse("yaml.directive", "Directives (lines that begin with %) are not used here.", line)

    def _check_plain(self, event: MappingStartEvent | SequenceStartEvent | ScalarEvent, line: int, column: int) -> None:
        if event.anchor is not None:
            self._refuse("yaml.anchor", f"&{event.anchor} is an anchor.", line, column, "Write the value out.")
        if event.tag is not None:
            self._refuse("yaml.tag", f"{event.tag!r} is a tag.", line, column, "Remove it: types come from the field.")

    def _refuse(
        self, code: str, message: str, line: int, column: int | None = None, hint: str | None = None
    ) -> NoReturn:
        raise self.error(message, code=code, where=Where(self.file, line, column=column), hint=hint) from None


class _Open:
    """A collection whose end has not been read yet."""

    __slots__ = ("column", "entries", "is_map", "items", "key", "line")

    def __init__(self, is_map: bool, line: int, column: int) -> None:
        self.is_map = is_map
        self.line = line
        self.column = column
        self.items: list[Node] = []
        self.entries: dict[str, tuple[int, Node]] = {}
        self.key: Scalar | None = None

    def closed(self) -> Map | Seq:
        if self.is_map:
            return Map(self.entries, self.line, self.column)
        return Seq(tuple(self.items), self.line, self.column)


def shortened(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


@dataclass(frozen=True, slots=True)
class Document:
    """Asks a tree for what it should hold, and answers with file, line and field when it holds something else."""

    file: str
    error: type[AttainError] = SetupError
    code: str = "document"

    def refuse(self, node_or_line: Node | int, message: str, *, field: str = "", hint: str | None = None) -> NoReturn:
        line = node_or_line if isinstance(node_or_line, int) else node_or_line.line
        raise self.error(message, code=f"{self.code}.invalid", where=Where(self.file, line, field or None), hint=hint)

    def map(self, node: Node, field: str, allowed: Iterable[str] | None = None) -> Map:
        if not isinstance(node, Map):
            self.refuse(node, f"`{field}` must be a map of names and values.", field=field)
        if allowed is not None:
            known = tuple(allowed)
            for key in node:
                if key not in known:
                    near = suggest(key, known)
                    self.refuse(
                        node.line_of(key),
                        f"`{shortened(key)}` is not known here.",
                        field=field,
                        hint=f"Did you mean `{near}`?" if near else f"Known are {', '.join(known)}.",
                    )
        return node

    def seq(self, node: Node, field: str) -> Seq:
        if not isinstance(node, Seq):
            self.refuse(node, f"`{field}` must be a list.", field=field)
        return node

    def text(self, node: Node, field: str) -> str:
        if not isinstance(node, Scalar):
            self.refuse(node, f"`{field}` must be a single value.", field=field)
        if node.is_empty:
            self.refuse(node, f"`{field}` has no value.", field=field)
        return node.text

    def whole(self, node: Node, field: str, least: int, most: int) -> int:
        text = self.text(node, field)
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most):
            said = f"`{field}` is {shortened(text)!r}; it must be a whole number from {least} to {most}."
            self.refuse(node, said, field=field)
        return int(text)

    def yes_no(self, node: Node, field: str) -> bool:
        text = self.text(node, field)
        if text not in ("yes", "no"):
            self.refuse(node, f"`{field}` is {shortened(text)!r}; it must be yes or no.", field=field)
        return text == "yes"

    def one_of(self, node: Node, field: str, choices: Iterable[str]) -> str:
        text, known = self.text(node, field), tuple(choices)
        if text not in known:
            near = suggest(text, known)
            self.refuse(
                node,
                f"`{field}` is {shortened(text)!r}; it must be one of {', '.join(known)}.",
                field=field,
                hint=f"Did you mean {near}?" if near else None,
            )
        return text
