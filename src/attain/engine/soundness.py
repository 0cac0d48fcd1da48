"""What must hold of the decisions before anything is calculated from them.

Records refuse such rows when they are entered. A run asks again, because hypothetical inputs and other stores come by
other ways, and two rows where one is meant would double somebody's pay without a sound.
"""

from __future__ import annotations

from attain.engine.adapters.port import Database
from attain.kernel.errors import DatingError, Where

ONE_AT_A_TIME = {
    "positions": (("position",), "position {0} has two versions on {1}"),
    "assignments by position": (("position",), "position {0} has two holders on {1}"),
    "assignments by person": (("person",), "person {0} holds two positions on {1}"),
    "quotas": (("quota", "subject"), "the quota {0} is given twice on {1}"),
    "inputs": (("input", "subject"), "the input {0} is given twice on {1}"),
    "parameters": (("parameter", "plan", "level", "key"), "the parameter {0} is given twice on {1}"),
    "teams": (("team", "member"), "the team member {0} is listed twice on {1}"),
}

_OVERLAP = """
SELECT who, valid_from FROM (
    SELECT CONCAT_WS(' / ', {keys}) AS who, valid_from,
           MAX(valid_to) OVER (PARTITION BY {partition} ORDER BY valid_from, valid_to
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM "{table}"
) d WHERE before > valid_from ORDER BY who, valid_from LIMIT 1
"""

_CIRCLE = """
WITH RECURSIVE up AS (
    SELECT position, manager AS ancestor, 1 AS level, valid_from, valid_to FROM positions WHERE manager IS NOT NULL
    UNION ALL
    SELECT up.position, p.manager, up.level + 1, GREATEST(up.valid_from, p.valid_from), LEAST(up.valid_to, p.valid_to)
    FROM up JOIN positions p ON p.position = up.ancestor AND p.valid_from < up.valid_to AND up.valid_from < p.valid_to
    WHERE p.manager IS NOT NULL AND up.level < 64 AND up.ancestor <> up.position
)
SELECT position, valid_from FROM up WHERE ancestor = position OR level = 64 ORDER BY position, valid_from LIMIT 1
"""


def check(database: Database) -> None:
    """A `DatingError` that names the first pair of rows of which only one can hold, or the first circle of managers."""
    for table, (keys, words) in ONE_AT_A_TIME.items():
        name = table.partition(" ")[0]
        listed = ", ".join(f'"{key}"' for key in keys)
        for row in database.rows(_OVERLAP.format(keys=listed, partition=listed, table=name)):
            sentence = words.format(row["who"], row["valid_from"]) + "."
            raise DatingError(
                sentence[0].upper() + sentence[1:],
                code="calculation.overlap",
                where=Where(field=name),
                hint="Let the earlier row end on the day on which the later one begins.",
            )
    for row in database.rows(_CIRCLE):
        raise DatingError(
            f"Position {row['position']} is above itself from {row['valid_from']} on.",
            code="calculation.circle",
            where=Where(field="positions"),
            hint="Correct the manager of one position in the circle.",
        )
