"""Documents that mean one thing are read, with the line of every node; all others are refused with line and reason."""

from __future__ import annotations

import random

import pytest

from attain.facts.strict_yaml import MAX_BYTES, MAX_DEPTH, Map, Node, Scalar, Seq, load_yaml, parse_yaml
from attain.kernel.errors import AttainError, PlanError, SetupError


def test_every_scalar_stays_text_and_knows_its_line() -> None:
    tree = parse_yaml('a: no\nb: "no"\nc:\n  - 010\n  - 12:30:00\n  - 1_000\n', "x.yaml")
    assert isinstance(tree, Map)
    a, b, c = (tree.get(key) for key in "abc")
    assert a == Scalar("no", False, 1, 4)
    assert b == Scalar("no", True, 2, 4)
    assert isinstance(c, Seq)
    assert [(item.text, item.line) for item in c if isinstance(item, Scalar)] == [
        ("010", 4),
        ("12:30:00", 5),
        ("1_000", 6),
    ]
    assert tree.line_of("c") == 3


def test_an_empty_value_is_known_from_an_empty_text() -> None:
    tree = parse_yaml('a:\nb: ""\n', "x.yaml")
    assert isinstance(tree, Map)
    empty, text = tree.get("a"), tree.get("b")
    assert isinstance(empty, Scalar)
    assert isinstance(text, Scalar)
    assert empty.is_empty
    assert not text.is_empty


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 4%\nb: 1\na: 40%\n", "yaml.duplicate-key", 3),
        ("a:\n  b: 1\n  c: *b\n", "yaml.alias", 3),
        ("a: 1\nb: &here 2\n", "yaml.anchor", 2),
        ("a: &here [1]\n", "yaml.anchor", 1),
        ("a: !!int 1\n", "yaml.tag", 1),
        ("a: !!python/object/apply:os.system [ls]\n", "yaml.tag", 1),
        ("a: 1\nb:\n  <<: {c: 1}\n", "yaml.merge", 3),
        ("a: 1\n---\nb: 2\n", "yaml.second-document", 2),
        ("%YAML 1.1\n---\na: 1\n", "yaml.directive", 1),
        ("", "yaml.empty", 1),
        ("# nothing\n", "yaml.empty", 1),
        ("a: 1\nb: [1, 2\n", "yaml.syntax", 3),
        ("a:\n\t- 1\n", "yaml.syntax", 2),
        ("a: 1\n? [x, y]\n: 2\n", "yaml.key", 2),
        ("a: 1\n? \n: 2\n", "yaml.key", 2),
        ("a: 1\nb: \x00\n", "yaml.character", 2),
        ("a: 1\nb: 'x\u202ey'\n", "yaml.reordering", 2),
        (b"a: 1\nb: \xff\n", "yaml.encoding", 2),
        ("a: 1\n".encode("utf-16"), "yaml.encoding", 1),
    ],
)
def test_what_could_mean_two_things_is_refused_with_its_line(text: str | bytes, code: str, line: int) -> None:
    with pytest.raises(SetupError) as caught:
        parse_yaml(text, "plans/x.yaml")
    assert (caught.value.code, caught.value.where.line, caught.value.where.file) == (code, line, "plans/x.yaml")


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_and_not_fallen_into(bracket: str) -> None:
    with pytest.raises(SetupError) as caught:
        parse_yaml(bracket * 100_000, "x.yaml")
    assert caught.value.code == "yaml.too-deep"


def test_twenty_levels_are_read_and_one_more_is_not() -> None:
    assert isinstance(parse_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, "x.yaml"), Seq)
    with pytest.raises(SetupError, match="too-deep"):
        parse_yaml("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "x.yaml")


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(SetupError) as caught:
        parse_yaml(bomb, "x.yaml")
    assert (caught.value.code, caught.value.where.line) == ("yaml.anchor", 1)


def test_more_than_a_mebibyte_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(SetupError) as caught:
        parse_yaml("a: " + "x" * MAX_BYTES, "x.yaml")
    assert caught.value.code == "yaml.too-large"


def test_a_file_that_is_not_there_is_an_error_of_the_chosen_kind(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PlanError) as caught:
        load_yaml(tmp_path / "missing.yaml", error=PlanError)
    assert caught.value.code == "yaml.unreadable"


GOOD = """
plan: Account executives
components:
  - name: commission
    tiers: [{to: 100%, rate: 4%}, {rate: 6%}]
    note: "a: b"
  - {name: bonus, pays: 500}
"""


def size(node: Node) -> int:
    if isinstance(node, Map):
        return 1 + sum(size(entry) for _, entry in node.items())
    return 1 + (sum(size(item) for item in node) if isinstance(node, Seq) else 0)


def damaged(seed: int) -> bytes:
    chance = random.Random(seed)
    text = bytearray(GOOD.encode())
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                text[place] = chance.randrange(256)
            case 1:
                del text[place : place + chance.randint(1, 20)]
            case 2:
                text[place:place] = chance.choice(
                    [b"[", b"{", b"&a ", b"*a", b"!!", b"\t", b'"', b"- ", b"? ", b": ", b"%", b"|", b"\\U"]
                )
            case _:
                text[place:place] = bytes(text[:place])
    return bytes(text)


def fuzz(seeds: range) -> int:
    refused = 0
    for seed in seeds:
        try:
            tree = parse_yaml(damaged(seed), "x.yaml")
        except AttainError as fault:
            assert fault.code.startswith("yaml."), seed
            assert fault.where.line is not None, seed
            assert fault.message, seed
            refused += 1
        else:
            assert size(tree) < 10_000, seed
    return refused


def test_damaged_documents_are_read_or_refused_with_line_and_reason() -> None:
    assert fuzz(range(400)) > 100


@pytest.mark.soak
def test_many_damaged_documents_are_read_or_refused_with_line_and_reason(soak_size: int) -> None:
    assert fuzz(range(1000, 1000 + soak_size)) > soak_size // 4
