"""The table of laws in docs/simulate.md is made of the laws: `python -m tests.simulate.page` writes it anew."""

from __future__ import annotations

from pathlib import Path

from attain.simulate.parameters import LAWS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulate.md"
BEGIN, END = "| Law | Value | Meaning |\n|---|---|---|\n", "\n\n## How a deal is won"


def shown(value: object) -> str:
    if isinstance(value, tuple):
        return ("; " if isinstance(value[0], tuple) else ", ").join(shown(part) for part in value)
    return f"{value:.6g}"


def table() -> str:
    laws = LAWS.documented().items()
    return "\n".join(f"| `{name}` | {shown(law['value'])} | {law['meaning']} |" for name, law in laws)


def renewed(page: str) -> str:
    head, _, rest = page.partition(BEGIN)
    return head + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
