"""Kinds of damage that files meet on their way: each takes bytes and a seeded chance and gives other bytes.

Some kinds leave a file that honestly means the same (other line ends, a mark of the byte order). Every other one has
to be noticed, or be harmless by chance, which the totals then prove.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

Damage = Callable[[bytes, random.Random], bytes]
MUTATIONS: dict[str, Damage] = {}


def damage(function: Damage) -> Damage:
    MUTATIONS[function.__name__] = function
    return function


def _lines(content: bytes) -> list[bytes]:
    return content.split(b"\n")


def _a_line(content: bytes, chance: random.Random, change: Callable[[bytes], bytes]) -> bytes:
    lines = _lines(content)
    place = chance.randrange(1, max(len(lines) - 1, 2))
    lines[place % len(lines)] = change(lines[place % len(lines)])
    return b"\n".join(lines)


def _a_field(content: bytes, chance: random.Random, text: bytes) -> bytes:
    def change(line: bytes) -> bytes:
        fields = line.split(b",")
        fields[chance.randrange(len(fields))] = text
        return b",".join(fields)

    return _a_line(content, chance, change)


def _inserted(content: bytes, chance: random.Random, piece: bytes) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + piece + content[place:]


@damage
def cut_at_the_end(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


@damage
def cut_at_a_line(content: bytes, chance: random.Random) -> bytes:
    lines = _lines(content)
    if len(lines) < 3:
        return content
    return b"\n".join(lines[: chance.randrange(1, len(lines))])


@damage
def cut_at_the_start(content: bytes, chance: random.Random) -> bytes:
    return content[chance.randrange(len(content)) :]


@damage
def hole(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + content[place + chance.randint(1, 200) :]


@damage
def zeroed_block(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes(min(64, len(content) - place)) + content[place + 64 :]


@damage
def bit_flip(content: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(content)
    flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


@damage
def many_bit_flips(content: bytes, chance: random.Random) -> bytes:
    for _ in range(20):
        content = bit_flip(content, chance)
    return content


@damage
def random_byte(content: bytes, chance: random.Random) -> bytes:
    return _inserted(content, chance, bytes([chance.randrange(256)]))


@damage
def random_bytes(content: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(1, 4000))


@damage
def line_lost(content: bytes, chance: random.Random) -> bytes:
    lines = _lines(content)
    if len(lines) < 3:
        return content
    del lines[chance.randrange(1, len(lines))]
    return b"\n".join(lines)


@damage
def line_twice(content: bytes, chance: random.Random) -> bytes:
    lines = _lines(content)
    if len(lines) < 3:
        return content
    lines.insert(1, lines[chance.randrange(1, len(lines) - 1)])
    return b"\n".join(lines)


@damage
def lines_joined(content: bytes, chance: random.Random) -> bytes:
    lines = _lines(content)
    if len(lines) < 3:
        return content
    place = chance.randrange(len(lines) - 1)
    lines[place : place + 2] = [lines[place] + lines[place + 1]]
    return b"\n".join(lines)


@damage
def header_lost(content: bytes, chance: random.Random) -> bytes:
    return content.partition(b"\n")[2]


@damage
def header_twice(content: bytes, chance: random.Random) -> bytes:
    header, _, rest = content.partition(b"\n")
    return header + b"\n" + header + b"\n" + rest


@damage
def header_misspelt(content: bytes, chance: random.Random) -> bytes:
    header, _, rest = content.partition(b"\n")
    return header.replace(b"amount", b"amuont") + b"\n" + rest


@damage
def columns_swapped_in_a_row(content: bytes, chance: random.Random) -> bytes:
    def change(line: bytes) -> bytes:
        fields = line.split(b",")
        chance.shuffle(fields)
        return b",".join(fields)

    return _a_line(content, chance, change)


@damage
def other_delimiter(content: bytes, chance: random.Random) -> bytes:
    return content.replace(b",", chance.choice([b";", b"\t", b"|"]))


@damage
def other_delimiter_in_a_row(content: bytes, chance: random.Random) -> bytes:
    return _a_line(content, chance, lambda line: line.replace(b",", b";"))


@damage
def field_too_many(content: bytes, chance: random.Random) -> bytes:
    return _a_line(content, chance, lambda line: line + b",x")


@damage
def stray_quote(content: bytes, chance: random.Random) -> bytes:
    return _inserted(content, chance, b'"')


@damage
def quotes_everywhere(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(2, 9)):
        content = stray_quote(content, chance)
    return content


@damage
def nul(content: bytes, chance: random.Random) -> bytes:
    return _inserted(content, chance, b"\x00")


@damage
def carriage_return(content: bytes, chance: random.Random) -> bytes:
    return _inserted(content, chance, b"\r")


@damage
def old_line_ends(content: bytes, chance: random.Random) -> bytes:
    return content.replace(b"\n", b"\r")


@damage
def windows_line_ends(content: bytes, chance: random.Random) -> bytes:
    return content.replace(b"\n", b"\r\n")


@damage
def byte_order_mark(content: bytes, chance: random.Random) -> bytes:
    return b"\xef\xbb\xbf" + content


@damage
def utf_16(content: bytes, chance: random.Random) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(["utf-16", "utf-16-le", "utf-16-be"]))


@damage
def wrong_encoding(content: bytes, chance: random.Random) -> bytes:
    return _a_field(content, chance, "Müller".encode("latin-1"))


@damage
def encoded_twice(content: bytes, chance: random.Random) -> bytes:
    return content.decode("utf-8", "replace").encode().decode("latin-1").encode()


@damage
def huge_field(content: bytes, chance: random.Random) -> bytes:
    return _a_field(content, chance, b"x" * chance.choice([5000, 2_000_000]))


@damage
def huge_number(content: bytes, chance: random.Random) -> bytes:
    return _a_field(content, chance, chance.choice([b"9" * 30, b"1e10000000", b"-" + b"9" * 15, b"9" * 10_000]))


@damage
def odd_number(content: bytes, chance: random.Random) -> bytes:
    odd = ["1.234", "1,5", "NaN", "inf", "1e5", "0x1F", "1_000", "１", "+-1", "1.", ".5", "--1", "1 000", "€5", "(5)"]
    return _a_field(content, chance, chance.choice(odd).encode())


@damage
def odd_date(content: bytes, chance: random.Random) -> bytes:
    odd = [b"2026-02-30", b"0000-00-00", b"9999-12-31", b"31.12.2026", b"12/31/26", b"2026-1-1", b"today", b"46024"]
    return _a_field(content, chance, chance.choice(odd))


@damage
def formula(content: bytes, chance: random.Random) -> bytes:
    return _a_field(content, chance, chance.choice([b"=1+1", b"=cmd|'/c calc'!A0", b"@SUM(A1)", b"+1+1", b"#DIV/0!"]))


@damage
def empty_field(content: bytes, chance: random.Random) -> bytes:
    return _a_field(content, chance, b"")


@damage
def space_around(content: bytes, chance: random.Random) -> bytes:
    return _a_line(content, chance, lambda line: line.replace(b",", b" , ", 1))


@damage
def empty_lines(content: bytes, chance: random.Random) -> bytes:
    return content.replace(b"\n", b"\n\n", chance.randint(1, 5))


@damage
def reordering_mark(content: bytes, chance: random.Random) -> bytes:
    return _inserted(content, chance, "\u202e".encode())


@damage
def another_kind_of_file(content: bytes, chance: random.Random) -> bytes:
    return (
        chance.choice([b"PK\x03\x04", b"PAR1", b"%PDF-1.7\n", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"<html>\n"]) + content
    )


@damage
def zip_bomb(content: bytes, chance: random.Random) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    return packed.getvalue()


@damage
def nothing_left(content: bytes, chance: random.Random) -> bytes:
    return chance.choice([b"", b"\n", b"   \r\n", b"\xef\xbb\xbf"])


def damaged(content: bytes, seed: int) -> tuple[str, bytes]:
    """One kind of damage, now and then a second one on top; the seed says all."""
    chance = random.Random(seed)
    names = [chance.choice(sorted(MUTATIONS))]
    if chance.random() < 0.2:
        names.append(chance.choice(sorted(MUTATIONS)))
    for name in names:
        content = MUTATIONS[name](content, chance) if content else content
    return "+".join(names), content
