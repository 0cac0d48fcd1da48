"""Triggers that keep rows from being changed by anybody, also by somebody with a database shell.

SQLite makes a table anew when a column changes and loses its triggers on the way, so `missing` is asked by the doctor,
and a migration that alters such a table has to put them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LOG = "The log is append-only."
_EVENTS_IN_ORDER = """(SELECT coalesce(max(sequence), 0) + 1 FROM audit_event) <> NEW.sequence
    OR (SELECT hash FROM audit_event ORDER BY sequence DESC LIMIT 1) <> NEW.previous_hash"""
_PUBLISHED = "OLD.state IN ('published', 'retired')"
_FIXED = "plan plan_version text fragments content_hash calendar period_kind effective_from".split()
_TEXT_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED)
_BACK = "NEW.state NOT IN ('published', 'retired')"

# name -> (table, event, condition, sentence)
RULES: Mapping[str, tuple[str, str, str, str]] = {
    "audit_event_update": ("audit_event", "UPDATE", "", _LOG),
    "audit_event_delete": ("audit_event", "DELETE", "", _LOG),
    "audit_event_order": ("audit_event", "INSERT", _EVENTS_IN_ORDER, "An event must follow the last one."),
    "audit_answer_update": ("audit_answer", "UPDATE", "", "A first answer stays."),
    "audit_answer_delete": ("audit_answer", "DELETE", "", "A first answer stays."),
    "plans_version_update": (
        "plans_planversion",
        "UPDATE",
        f"{_PUBLISHED} AND ({_TEXT_CHANGED} OR {_BACK})",
        "A published plan version never changes.",
    ),
    "plans_version_delete": ("plans_planversion", "DELETE", _PUBLISHED, "A published plan version never changes."),
}


def install(schema_editor: Any, *names: str) -> None:
    for name in names:
        for query in _queries(name, schema_editor.connection.vendor):
            schema_editor.execute(query, params=None)


def _queries(name: str, vendor: str) -> list[str]:
    table, event, condition, sentence = RULES[name]
    if vendor == "sqlite":
        when = f" WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')}" if condition else ""
        return [f"CREATE TRIGGER {name} BEFORE {event} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"]
    refuse = f"RAISE EXCEPTION '{sentence}';"
    check = f"IF {condition} THEN {refuse} END IF;" if condition else refuse
    row = "OLD" if event == "DELETE" else "NEW"
    queries = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {check} RETURN {row}; END $$",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
    if event == "DELETE":
        queries.append(
            f"CREATE FUNCTION {name}_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse} END $$"
        )
        queries.append(f"CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}_all()")
    return queries


def missing() -> list[str]:
    """The rules that this database does not hold any more."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        found = {row[0] for row in cursor.fetchall()}
    return [name for name in RULES if name not in found]
