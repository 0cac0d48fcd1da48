"""A picture of what a command said, for the pages: text on standard input, an SVG file out.

    attain explain LINE | python tools/picture.py docs/pictures/explanation.svg "attain explain LINE"

Nothing in the picture is fetched when it is shown: fonts are those of the reader.
"""

from __future__ import annotations

import html
import io
import sys
import textwrap
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 122
FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>TITLE</title>
<style>
.{unique_id}-matrix {{
    font-family: FONTS; font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: FONTS; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
""".replace("FONTS", FONTS)
COLOURS = (
    (r"\[[^\]]*\]$", "dim"),
    (r"\[[^\]]*$", "dim"),
    (r"-?(US)?[$€£][\d,]+(\.\d+)?", "green"),
    (r"[\d.,]+ ?%", "cyan"),
    (r"^\s*\d\. ", "bold"),
)


def picture(said: str, command: str) -> str:
    """The SVG of a terminal in which the command said that."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    for number, line in enumerate(said.strip("\n").splitlines()):
        indent = " " * (len(line) - len(line.lstrip(" -")))
        for part in textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]:
            text = Text(part, style="bold" if number == 0 else "")
            for pattern, style in COLOURS:
                text.highlight_regex(pattern, style)
            console.print(text)
    frame = FRAME.replace("TITLE", html.escape(command))
    return console.export_svg(title=f"$ {command}", code_format=frame, unique_id="attain")


def main(target: str, command: str) -> None:
    Path(target).write_text(picture(sys.stdin.read(), command), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
