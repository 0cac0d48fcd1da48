"""What is wrong with a document, in the words of its author: where, what, and what to write instead.

The document model refuses with errors that speak of types and tuples. Each is turned into a finding that names file,
line and field as they stand in the text; nothing of the model's machinery shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from attain.facts.strict_yaml import Map, Node, Scalar, Seq, shortened
from attain.kernel.errors import Finding, Where, suggest

Path: TypeAlias = tuple[str | int, ...]
Lines: TypeAlias = Mapping[Path, int]

_SINGULAR = {
    "components": "component",
    "credits": "credit set",
    "measures": "measure",
    "values": "value",
    "tables": "table",
    "parameters": "parameter",
    "inputs": "input",
    "triggers": "trigger",
    "policies": "policy",
}
_ITEM = {
    "tiers": "tier",
    "to": "recipient",
    "rows": "row",
    "values": "row",
    "segments": "segment",
    "points": "point",
    "release": "part",
    "tests": "test",
    "steps": "step",
    "prizes": "prize",
    "times": "factor",
    "takes": "step",
}
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_COMMA = "A comma ends a value inside { } and [ ]: put the whole expression in quotes."


def in_words(path: Path) -> str:
    """The place in words.

    >>> in_words(("components", "commission", "tiers", 2, "rate"))
    'component commission, tier 3, rate'
    """
    words: list[str] = []
    parts = list(path)
    while parts:
        part = parts.pop(0)
        if isinstance(part, int):
            words.append(f"item {part + 1}")
        elif parts and isinstance(parts[0], int):
            words.append(f"{_ITEM.get(part, part)} {int(parts.pop(0)) + 1}")
        elif parts and not words and part in _SINGULAR:
            words.append(f"{_SINGULAR[part]} {shortened(str(parts.pop(0)))}")
        else:
            words.append(shortened(part))
    return ", ".join(words)


def lines_of(tree: Node) -> dict[Path, int]:
    """The line of every key and item of a document."""
    lines: dict[Path, int] = {(): tree.line}
    waiting: list[tuple[Path, Node]] = [((), tree)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, Map):
            for key, (line, value) in node.entries.items():
                lines[(*path, key)] = line
                waiting.append(((*path, key), value))
        elif isinstance(node, Seq):
            for number, item in enumerate(node):
                lines[(*path, number)] = item.line
                waiting.append(((*path, number), item))
    return lines


def line_at(lines: Lines, path: Path) -> int | None:
    """The line of a place, or of the nearest place around it that is written in the document."""
    for length in range(len(path), -1, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def without_value(tree: Node, file: str) -> list[Finding]:
    """Keys with nothing behind them: neither absent nor a value. Tests may leave a cell empty."""
    findings = []
    waiting: list[tuple[Path, Node]] = [((), tree)]
    while waiting:
        path, node = waiting.pop()
        if path[:1] == ("tests",):
            continue
        if isinstance(node, Map):
            waiting.extend(((*path, key), value) for key, value in node.items())
        elif isinstance(node, Seq):
            waiting.extend(((*path, number), item) for number, item in enumerate(node))
        elif node.is_empty and path and isinstance(path[-1], int):
            said = Where(file, node.line, in_words(path))
            findings.append(Finding("error", "plan.empty", "An item of the list is empty.", said, "Remove it."))
        elif node.is_empty and path and _reads_as_word(str(path[-1])):
            said = Where(file, node.line, in_words(path))
            message = f"`{shortened(str(path[-1]))}` has no value."
            findings.append(Finding("error", "plan.empty", message, said, "Write a value, or remove the key."))
    return findings


def with_odd_characters(tree: Node, file: str) -> list[Finding]:
    """Characters that show nothing, or show the text in another order than it is read; escapes let them in."""
    texts: list[tuple[int, str]] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            texts.append((node.line, node.text))
        elif isinstance(node, Map):
            texts.extend((line, key) for key, (line, _) in node.entries.items())
            waiting.extend(value for _, value in node.items())
        else:
            waiting.extend(node)
    odd = dict.fromkeys((line, found.group()) for line, text in sorted(texts) if (found := _ODD.search(text)))
    return [
        Finding(
            "error",
            "plan.character",
            f"Character U+{ord(character):04X} may not stand in a plan.",
            Where(file, line),
            "Remove it.",
        )
        for line, character in odd
    ]


def _reads_as_word(key: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", key) is not None


def findings_of(problem: ValidationError, model: type[BaseModel], tree: Node, file: str) -> list[Finding]:
    """The findings for everything that the model refused, in the order of the document."""
    lines = lines_of(tree)
    told: dict[Path, list[dict[str, Any]]] = {}
    for error in problem.errors(include_url=False):
        path, node = _place(tree, error["loc"])
        if error["type"] == "too_short" and isinstance(node, Seq | Map) and len(node) >= error["ctx"]["min_length"]:
            continue  # its items are wrong, which is told anyway
        told.setdefault(path, []).append(dict(error))
    findings: list[Finding] = []
    for path, told_here in told.items():
        deeper = any(other != path and other[: len(path)] == path for other in told)
        where = Where(file, line_at(lines, path), in_words(path) or None)
        findings.extend(_finding(error, path, model, tree, where) for error in _chosen(told_here, deeper))
    findings.sort(key=lambda finding: finding.where.line or 0)
    return findings


def _chosen(errors: list[dict[str, Any]], deeper: bool) -> list[dict[str, Any]]:
    """Of the alternatives of one place only what its author probably meant."""
    words = [error for error in errors if error["type"] == "literal_error"]
    others = [error for error in errors if error["type"] != "literal_error"]
    if not words or not (others or deeper):
        return errors
    if any(error["type"] == "tuple_type" for error in others):
        return [{**words[0], "or_list": True}]
    return others


def _place(tree: Node, loc: tuple[str | int, ...]) -> tuple[Path, Node | None]:
    """Where an error stands in the document. Parts of `loc` that only the model knows are left out."""
    path: Path = ()
    node: Node | None = tree
    for number, part in enumerate(loc):
        if isinstance(node, Map) and isinstance(part, str) and part in node:
            path, node = (*path, part), node.get(part)
        elif isinstance(node, Seq) and isinstance(part, int) and part < len(node):
            path, node = (*path, part), node.items[part]
        elif number == len(loc) - 1 and isinstance(node, Map) and isinstance(part, str) and part.isidentifier():
            return path, node
    return path, node


def _finding(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node, where: Where) -> Finding:
    code, message, hint = _SENTENCES.get(error["type"], _other)(error, path, model, tree)
    return Finding("error", code, message, where, hint)


_Said: TypeAlias = tuple[str, str, str | None]


def _unknown(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    key = str(path[-1])
    known = sorted(_keys_at(model, path[:-1]))
    node = _node_at(tree, path)
    message = f"`{shortened(key)}` is not known here."
    near = suggest(key, known)
    if isinstance(node, Scalar) and node.is_empty and not near:
        return "plan.unknown-key", message, _COMMA
    hint = f"Did you mean `{near}`?" if near else f"Known are {', '.join(known)}." if known else None
    return "plan.unknown-key", message, hint


def _absent(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    key = str(error["loc"][-1])
    return "plan.missing-key", f"`{key}` is missing here.", f"Add `{key}:`."


def _word(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    choices = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
    said = _node_at(tree, path)
    text = said.text if isinstance(said, Scalar) else None
    listed = " or a list" if error.get("or_list") else ""
    wanted = f"{'one of ' if len(choices) > 1 else ''}{', '.join(choices)}{listed}"
    if text is None:
        return "plan.choice", f"A single word was expected here: {wanted}.", None
    near = suggest(text, choices)
    return "plan.choice", f"'{shortened(text)}' is not {wanted}.", f"Did you mean {near}?" if near else None


def _own(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    fault = error["ctx"]["error"]
    message = str(fault).rstrip(".")
    return "plan.value", f"{message[:1].upper()}{message[1:]}.", getattr(fault, "hint", None)


def _pattern(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    said = _node_at(tree, path)
    text = shortened(said.text) if isinstance(said, Scalar) else "this"
    how = {
        "plan": "Lower case letters, digits and hyphens, a letter first.",
        "currency": "Three capital letters, such as EUR.",
        "who": "A column such as owner, a related column such as partners.payee, relationship.<kind>, or manager.",
    }.get(str(path[-1]) if path else "", "Lower case letters, digits and underscores, a letter first.")
    return "plan.value", f"'{text}' cannot stand here.", how


def _map(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    known = sorted(_keys_at(model, path))
    name = shortened(str(path[-1])) if path else "document"
    hint = f"Write it as a map of {', '.join(known)}." if known else "Write it as `name: value`."
    return "plan.shape", f"`{name}` must be a map of names and values.", hint


def _list(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    return "plan.shape", f"`{path[-1]}` must be a list.", "Write [a, b], or an item a line with a dash before it."


def _short(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    least = error["ctx"]["min_length"]
    return "plan.size", f"`{path[-1]}` needs at least {least} {'entry' if least == 1 else 'entries'}.", None


def _long(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    return "plan.size", f"`{path[-1]}` is longer than {error['ctx']['max_length']}.", None


def _least(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    return "plan.range", f"`{path[-1]}` must be {error['ctx']['ge']} or more.", None


def _most(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    return "plan.range", f"`{path[-1]}` must be {error['ctx']['le']} or less.", None


def _other(error: dict[str, Any], path: Path, model: type[BaseModel], tree: Node) -> _Said:
    said = _node_at(tree, path)
    text = f"'{shortened(said.text)}'" if isinstance(said, Scalar) else "a list or a map"
    return "plan.value", f"{text[:1].upper()}{text[1:]} cannot stand here.", "See the plan language reference."


_SENTENCES: dict[str, Callable[[dict[str, Any], Path, type[BaseModel], Node], _Said]] = {
    "extra_forbidden": _unknown,
    "missing": _absent,
    "literal_error": _word,
    "enum": _word,
    "value_error": _own,
    "string_pattern_mismatch": _pattern,
    "model_type": _map,
    "model_attributes_type": _map,
    "dict_type": _map,
    "tuple_type": _list,
    "too_short": _short,
    "string_too_short": _short,
    "too_long": _long,
    "string_too_long": _long,
    "greater_than_equal": _least,
    "less_than_equal": _most,
}


def _node_at(tree: Node, path: Path) -> Node | None:
    node: Node | None = tree
    for part in path:
        if isinstance(node, Map) and isinstance(part, str):
            node = node.get(part)
        elif isinstance(node, Seq) and isinstance(part, int):
            node = node.items[part]
        else:
            return None
    return node


def _keys_at(model: type[BaseModel], path: Path) -> set[str]:
    """The keys that may stand at a place: those of every model that can be there."""
    kinds: list[Any] = [model]
    for part in path:
        kinds = [inner for kind in kinds for inner in _inner(kind, part)]
    return {field.alias or name for kind in kinds if _is_model(kind) for name, field in kind.model_fields.items()}


def _inner(kind: Any, part: str | int) -> Iterator[Any]:
    if _is_model(kind):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                yield from _alternatives(field.annotation)
    elif get_origin(kind) in (dict, tuple):
        yield from _alternatives(get_args(kind)[1 if get_origin(kind) is dict else 0])


def _alternatives(kind: Any) -> Iterable[Any]:
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [inner for choice in get_args(kind) for inner in _alternatives(choice)]
    return [kind]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel) and not issubclass(kind, Enum)
