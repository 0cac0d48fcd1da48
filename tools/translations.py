"""German words of the application: python -m tools.translations [--check]

English stands in the source. This finds every message of `src/attain/web`, brings the catalogue of German to them
(what is translated stays, what is unused goes, what is new waits with an empty translation) and compiles it. The
catalogue is sorted and names no lines, dates or people, so that a change shows only the words that changed.

`--check` writes nothing, and says what is missing, unused, empty, fuzzy, not compiled, or has other placeholders.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parent.parent / "src" / "attain" / "web"
FILE = WEB / "locale" / "de" / "LC_MESSAGES" / "django.po"
ONE, MANY = None, (1, 2)
IN_CONTEXT = ((1, "c"), 2)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), MANY),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), IN_CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]")
Key = tuple[str, str | None]


class Words(Catalog):
    """A catalogue whose header never changes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", "de"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", f"{self.plural_forms}"),
        ]


def messages(web: Path = WEB) -> Words:
    """What templates and modules ask to be translated."""
    found = Words(locale="de", fuzzy=False, header_comment="# Attain in German.")
    for path in sorted([*web.rglob("*.html"), *web.rglob("*.py")]):
        for _line, message, _comments, context in extract("python", io.BytesIO(_python(path)), keywords=KEYWORDS):
            found.add(message, context=context)
    return found


def _python(path: Path) -> bytes:
    """A template as the calls that its tags stand for, in the way in which Django itself reads it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        from django.conf import settings
        from django.utils.translation.template import templatize

        if not settings.configured:
            settings.configure()
        text = templatize(text, origin=str(path))
    return text.encode()


def read(file: Path = FILE) -> Words:
    found = Words(locale="de", fuzzy=False, header_comment="# Attain in German.")
    if file.exists():
        with file.open("rb") as content:
            for message in read_po(content, locale="de"):
                if message.id:
                    found[message.id] = message
    return found


def brought_together(asked: Words, known: Words) -> Words:
    """The messages that are asked for, with the translations that are known."""
    for message in asked:
        kept = known.get(message.id, message.context) if message.id else None
        if kept is not None and kept.id == message.id:
            message.string, message.flags = kept.string, kept.flags | message.flags
    return asked


def as_po(words: Words) -> bytes:
    content = io.BytesIO()
    write_po(content, words, width=110, no_location=True, sort_output=True, ignore_obsolete=True)
    return content.getvalue()


def as_mo(words: Words) -> bytes:
    content = io.BytesIO()
    write_mo(content, words)
    return content.getvalue()


def problems(asked: Words, known: Words, file: Path = FILE) -> Iterator[str]:
    """What keeps the catalogue from being complete; nothing where it is."""
    wanted, there = _by_key(asked), _by_key(known)
    for key in sorted(wanted.keys() - there.keys(), key=str):
        yield f"missing: {_said(key)}"
    for key in sorted(there.keys() - wanted.keys(), key=str):
        yield f"unused: {_said(key)}"
    for key, message in there.items():
        if message.fuzzy:
            yield f"fuzzy: {_said(key)}"
        strings = _texts(message.string)
        if not all(strings) or len(strings) < len(_texts(message.id)):
            yield f"empty: {_said(key)}"
        elif any(_placeholders(one) != _placeholders(_texts(message.id)[-1]) for one in strings):
            yield f"other placeholders: {_said(key)}"
    compiled = file.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != as_mo(known):
        yield f"not compiled: {compiled.name}"


def _by_key(words: Words) -> dict[Key, Message]:
    return {(_texts(one.id)[0], one.context): one for one in words if one.id}


def _texts(texts: object) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, tuple | list) else (str(texts or ""),)


def _placeholders(text: str) -> list[str]:
    return sorted(set(PLACEHOLDER.findall(text)))


def _said(key: Key) -> str:
    return f"“{key[0]}”" + (f" ({key[1]})" if key[1] else "")


def main() -> int:
    if "--check" not in sys.argv[1:]:
        words = brought_together(messages(), read())
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_bytes(as_po(words))
        FILE.with_suffix(".mo").write_bytes(as_mo(words))
    found = list(problems(messages(), read()))
    for one in found:
        print(one)
    if found:
        print(f"Write the German into {FILE.name}, then run python -m tools.translations again.")
    return 1 if found and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
