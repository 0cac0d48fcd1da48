"""What a description is made of, and its two faces: plain text for terminals, Markdown for documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import fill

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: str


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A small table."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Bullets | Rows


@dataclass(frozen=True, slots=True)
class Section:
    """`level` 1 is a chapter, 2 a part of it."""

    heading: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Prose:
    title: str
    language: str
    sections: tuple[Section, ...]

    def text(self) -> str:
        """For a terminal."""
        parts = [f"{self.title}\n{'=' * len(self.title)}"]
        for section in self.sections:
            line = "-" if section.level == 1 else "·"
            parts.append(f"{section.heading}\n{line * len(section.heading)}")
            parts.extend(_plain(block) for block in section.blocks)
        return "\n\n".join(parts) + "\n"

    def markdown(self) -> str:
        parts = [f"# {self.title}"]
        for section in self.sections:
            parts.append(f"{'#' * (section.level + 1)} {section.heading}")
            parts.extend(_marked(block) for block in section.blocks)
        return "\n\n".join(parts) + "\n"

    def sentences(self) -> Iterator[str]:
        """Every paragraph, item and cell, in reading order."""
        for section in self.sections:
            yield section.heading
            for block in section.blocks:
                match block:
                    case Paragraph(words):
                        yield words
                    case Bullets(items):
                        yield from items
                    case Rows(head, rows):
                        for row in (head, *rows):
                            yield from row


def _plain(block: Block) -> str:
    match block:
        case Paragraph(words):
            return _filled(words)
        case Bullets(items):
            return "\n".join(_filled(f"- {item}", indent="  ") for item in items)
        case Rows(head, rows):
            widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
            lines = [
                "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
            ]
            lines.insert(1, "  ".join("-" * width for width in widths))
            return "\n".join(f"  {line.rstrip()}" for line in lines)


def _filled(words: str, indent: str = "") -> str:
    return fill(words, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _marked(block: Block) -> str:
    match block:
        case Paragraph(words):
            return _safe(words)
        case Bullets(items):
            return "\n".join(f"- {_safe(item)}" for item in items)
        case Rows(head, rows):
            lines = [head, tuple("---" for _ in head), *rows]
            return "\n".join(
                "| " + " | ".join(_safe(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
            )


def _safe(words: str) -> str:
    """Text of a plan is no markup."""
    for sign in ("\\", "*", "_", "`", "<", "[", "#"):
        words = words.replace(sign, f"\\{sign}")
    return words
