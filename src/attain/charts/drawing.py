"""From values to SVG, kept in memory by their content: a drawing costs a twentieth of a second, the first one a second.

The page takes one drawing for light and dark: the colours of the light theme are written as the names of the tokens of
its style sheet, which know both. A file has them literally.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import asdict
from threading import Lock
from typing import Any

from attain.kernel.hashing import sha256_bytes

from .theme import LIGHT, Mode
from .values import Chart

KEPT = 256
_drawings: OrderedDict[str, str] = OrderedDict()
_keeping = Lock()
"""Of what is kept alone: whoever looks there does not wait for a drawing."""
_drawing = Lock()
"""One drawing at a time: the engine that draws is one for the whole process."""
_COLOUR = re.compile("|".join(LIGHT.values()))
_TOKEN = {colour: name for name, colour in LIGHT.items()}
_NOISE = re.compile(r' (?:class|role|aria-[a-z]+|pointer-events|xmlns:xlink|version)="[^"]*"')
_ID = re.compile(r'(id="|url\(#)')


def key_of(values: Chart, width: int, mode: str) -> str:
    said = repr((type(values).__name__, sorted(asdict(values).items(), key=lambda one: one[0]), width, mode))
    return sha256_bytes(said.encode())


def kept(values: Chart, width: int) -> str | None:
    """The drawing for a page, where it was made before."""
    return _kept(key_of(values, width, "page"))


def for_page(values: Chart, width: int) -> str:
    """An SVG to stand in a page: in its colours, without what only a document of its own needs."""
    key = key_of(values, width, "page")
    with _drawing:
        if (before := _kept(key)) is not None:
            return before
        drawn = _NOISE.sub("", _drawn(values, width, "light"))
        drawn = _COLOUR.sub(lambda one: f"var(--{_TOKEN[one[0]]})", drawn)
        drawn = _ID.sub(rf"\g<1>c{key[:8]}-", drawn)  # two drawings of a page do not share a name
        with _keeping:
            _drawings[key] = drawn
            while len(_drawings) > KEPT:
                _drawings.popitem(last=False)
        return drawn


def for_file(values: Chart, width: int, mode: Mode = "print") -> str:
    with _drawing:
        return _drawn(values, width, mode)


def _kept(key: str) -> str | None:
    with _keeping:
        return _drawings.get(key)


def _drawn(values: Chart, width: int, mode: Mode) -> str:
    import vl_convert

    from .kinds import spec_of

    spec: dict[str, Any] = spec_of(values, width, mode)
    svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return svg
