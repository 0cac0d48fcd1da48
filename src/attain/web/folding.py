"""Words as people look for them: whatever the case and the accents of their letters.

SQLite knows only the letters of English; it gets a function for all others. PostgreSQL compares letters of any case,
and sorts by its own collation.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import CharField, Func, TextField
from django.db.models.lookups import IContains

FUNCTION = "attain_folded"


def folded(text: str | None) -> str | None:
    """
    >>> folded("Özil Straße")
    'ozil strasse'
    """
    if text is None:
        return None
    if text.isascii():  # most texts are, and all rows of a list are asked
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(one for one in parts if not unicodedata.combining(one)).casefold()


@CharField.register_lookup
@TextField.register_lookup
class Has(IContains):
    """`name__has="ozil"`: it stands somewhere in the text."""

    lookup_name = "has"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        said, values = self.process_lhs(compiler, connection)
        wanted = str(folded(str(self.rhs))).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        return f"{FUNCTION}({said}) LIKE %s ESCAPE '\\'", [*values, f"%{wanted}%"]


class Sorted(Func):
    """`order_by(Sorted("name"))`: Ö stands beside O."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, function=FUNCTION, template="%(function)s(%(expressions)s)", **more)


def install() -> None:
    """Every connection to SQLite gets the function."""
    connection_created.connect(_teach, dispatch_uid=FUNCTION)


def _teach(connection: Any, **known: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(FUNCTION, 1, folded, deterministic=True)
