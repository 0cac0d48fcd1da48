"""What somebody asks for on a page, as rows of the tables: the same rows that a file would bring.

Nothing is written here. A row that holds from a day ends the one before it on that day, and holds until the next one
that is already known; what follows is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from attain.facts.decisions import TABLES
from attain.kernel.errors import NotFound, Refused, Where
from attain.web.kit import formats

from .book import Book, holds
from .tables import Row

Given = Mapping[str, Any]
Rows = dict[str, list[Row]]
SEAT = ("title", "manager", "territory", "unit")
_DATES = ("valid_from", "valid_to")


def from_day(timeline: Sequence[Row], day: date, new: Row, until: date | None = None) -> list[Row]:
    """The rows by which `new` holds from a day on, in a timeline of rows that follow each other."""
    rows = []
    for row in timeline:
        if row["valid_from"] > day or (row["valid_to"] is not None and row["valid_to"] <= day):
            continue
        if until is None and all(row[name] == value for name, value in new.items() if name not in _DATES):
            return []  # it holds already
        if row["valid_from"] < day:
            rows.append({**row, "valid_to": day})
    later = [row["valid_from"] for row in timeline if row["valid_from"] > day]
    ends = [one for one in (until, min(later, default=None)) if one is not None]
    return [*rows, {**new, "valid_from": day, "valid_to": min(ends, default=None)}]


def in_span(timeline: Sequence[Row], day: date, new: Row, until: date | None) -> list[Row]:
    """The rows by which `new` holds until a day that is known: what held before goes on from there.

    What is recorded for a day in between stays as it is. Where the row in force says the same, it gets another end.
    """
    if until is None:
        return from_day(timeline, day, new)
    rows = []
    start = day
    if (held := next((row for row in timeline if holds(row, day)), None)) is not None:
        if all(held[name] == value for name, value in new.items() if name not in _DATES):
            start = held["valid_from"]
        else:
            rows = [{**held, "valid_to": day}] if held["valid_from"] < day else []
            if held["valid_to"] is None or held["valid_to"] > until:
                rows.append({**{name: held[name] for name in new}, "valid_from": until})
    for row in timeline:
        if day < row["valid_from"] < until:
            if start < row["valid_from"]:
                rows.append({**new, "valid_from": start, "valid_to": row["valid_from"]})
            start = row["valid_to"] or until
    return [*rows, {**new, "valid_from": start, "valid_to": until}] if start < until else rows


def ended(timeline: Sequence[Row], day: date) -> list[Row]:
    """The rows in force on a day, ended on it. One that would hold on no day cannot be left out: that is told."""
    rows = []
    for row in timeline:
        if row["valid_to"] is not None and row["valid_to"] <= day:
            continue
        if row["valid_from"] >= day:
            later = formats.day(row["valid_from"])
            raise Refused(
                _("Something is recorded from %(day)s on, which would never hold.") % {"day": later},
                code="org.later", where=Where(field="day"),
                hint=_("Choose a later day, or undo that change first: the timeline names it."),
            )  # fmt: skip
        rows.append({**row, "valid_to": day})
    return rows


def _blank(table: str, **values: Any) -> Row:
    return {**dict.fromkeys(TABLES[table].columns), **values}


# What can be asked for a person


def details(book: Book, person: str, given: Given) -> Rows:
    return {
        "people": [{**_person(book, person), **{name: given[name] or None for name in _ABOUT}, "kind": given["kind"]}]
    }


_ABOUT = ("name", "country", "currency", "hired_on")


def hire(book: Book, person: str, given: Given) -> Rows:
    """A new person in a vacant position, or in a new one."""
    if person in book.people:
        raise Refused(
            _("%(who)s is the id of %(name)s.") % {"who": person, "name": book.name(person)}, code="org.id-taken",
            where=Where(field="person"), hint=_("Give another id, or open that person."),
        )  # fmt: skip
    day = given["day"]
    about = {name: given[name] or None for name in ("name", "country", "currency")}
    rows: Rows = {"people": [_blank("people", person=person, hired_on=day, kind=given["kind"], **about)]}
    position = given["position"] or person
    if position in book.seats.positions:
        _require_free(book, position, day)
    else:
        rows["positions"] = _seat(book, _blank("positions", position=position), [], given, day)
    rows["assignments"] = _sits(book, person, position, day)
    return rows


def leave(book: Book, person: str, given: Given) -> Rows:
    """From the day on somebody is employed no more: nothing goes on that holds by being there."""
    day = given["day"]
    about = _person(book, person)
    if about["hired_on"] is not None and day <= about["hired_on"]:
        raise Refused(
            _("%(who)s was only hired on %(day)s.") % {"who": book.name(person), "day": formats.day(about["hired_on"])},
            code="org.dates", where=Where(field="day"), hint=_("Choose a later day."),
        )  # fmt: skip
    return {
        "people": [{**about, "left_on": day}],
        "assignments": ended(book.of("assignments", person=person), day),
        "teams": ended(book.of("teams", member=person), day),
        "relationships": ended(book.of("relationships", payee=person), day),
    }


def seat(book: Book, person: str, given: Given) -> Rows:
    """Another title, manager, territory or unit of the position that somebody holds."""
    position = _held(book, person, given["day"])
    return change_position(book, position, given)


def move(book: Book, person: str, given: Given) -> Rows:
    day = given["day"]
    _person(book, person)
    position = book.position_meant(given["position"], day, "position")
    if book.version(position, day) is None:
        raise _not_there(position, day)
    if book.seat(person, day) == position:
        raise Refused(
            _("%(who)s holds %(position)s on that day.") % {"who": book.name(person), "position": position},
            code="org.same", where=Where(field="position"), hint=_("Name another position."),
        )  # fmt: skip
    _require_free(book, position, day)
    return {"assignments": _sits(book, person, position, day)}


def team(book: Book, person: str, given: Given) -> Rows:
    """Into a team, out of the one before; into none where none is named."""
    day, into = given["day"], given["team"].strip()
    _person(book, person)
    mine = book.of("teams", member=person)
    rows = ended([row for row in mine if row["team"] != into], day)
    if into:
        same = [row for row in mine if row["team"] == into]
        rows += from_day(same, day, _blank("teams", team=into, member=person, weight=given["weight"]))
    return {"teams": rows}


def quota(book: Book, person: str, given: Given) -> Rows:
    """A quota of a person, or of the position that they hold, where it stands there."""
    subject, known = person, book.of("quotas", quota=given["quota"], subject=person)
    position = book.seat(person, given["day"])
    if not known and position is not None and (theirs := book.of("quotas", quota=given["quota"], subject=position)):
        subject, known = position, theirs
    new = _blank(
        "quotas", quota=given["quota"], subject=subject, amount=given["amount"],
        currency=given["currency"] or None, per=given["per"],
    )  # fmt: skip
    return {"quotas": in_span(known, given["day"], new, given["until"])}


def away(book: Book, person: str, given: Given) -> Rows:
    _person(book, person)
    known = book.of("leaves", person=person, kind=given["kind"])
    new = _blank("leaves", person=person, kind=given["kind"])
    return {"leaves": in_span(known, given["day"], new, given["until"])}


# What can be asked for a position


def make_position(book: Book, position: str, given: Given) -> Rows:
    if position in book.seats.positions:
        raise Refused(
            _("There is a position %(position)s.") % {"position": position}, code="org.id-taken",
            where=Where(field="position"), hint=_("Give another id, or open that position."),
        )  # fmt: skip
    return {"positions": _seat(book, _blank("positions", position=position), [], given, given["day"])}


def change_position(book: Book, position: str, given: Given) -> Rows:
    day = given["day"]
    current = book.version(position, day)
    if current is None:
        raise _not_there(position, day)
    timeline = book.of("positions", position=position)
    return {"positions": _seat(book, current, timeline, given, day)}


def fill(book: Book, position: str, given: Given) -> Rows:
    person = book.person_meant(given["person"], "person")
    return move(book, person, {"day": given["day"], "position": position})


def vacate(book: Book, position: str, given: Given) -> Rows:
    """Its holder leaves the position; the position stays, and is vacant."""
    day = given["day"]
    rows = [
        row for row in book.of("assignments", position=position) if row["valid_to"] is None or row["valid_to"] > day
    ]
    if not rows:
        raise Refused(
            _("Nobody holds %(position)s on that day.") % {"position": position}, code="org.vacant",
            where=Where(field="day"), hint=_("Choose another day."),
        )  # fmt: skip
    return {"assignments": ended(rows, day)}


def close(book: Book, position: str, given: Given) -> Rows:
    """The position itself ends; whoever reports to it must have another manager by then."""
    day = given["day"]
    if book.version(position, day) is None:
        raise _not_there(position, day)
    reports = [row["position"] for row in book.tables["positions"]
               if row["manager"] == position and (row["valid_to"] is None or row["valid_to"] > day)]  # fmt: skip
    if reports:
        raise Refused(
            _("%(count)s positions report to %(position)s after that day: %(reports)s.")
            % {"count": len(set(reports)), "position": position, "reports": ", ".join(sorted(set(reports))[:5])},
            code="org.has-reports", where=Where(field="day"), hint=_("Give them another manager first."),
        )  # fmt: skip
    return {
        "positions": ended(book.of("positions", position=position), day),
        "assignments": ended(book.of("assignments", position=position), day),
    }


# What can be asked for a team, a territory or a unit


def regroup(book: Book, kind: str, members: Sequence[str], group: str, into: str | None, day: date) -> Rows:
    """Members of one group into another one, or into none. Territories and units have positions as members.

    Out of the team `group` alone; where none is named, out of every other one.
    """
    if kind == "team":
        rows: list[Row] = []
        for member in members:
            mine = book.of("teams", member=member)
            left = [row for row in mine if row["team"] != into and group in ("", row["team"])]
            weight = next((row["weight"] for row in left if row["valid_to"] is None or row["valid_to"] > day), 1)
            rows += ended(left, day)
            if into:
                same = [row for row in mine if row["team"] == into]
                rows += from_day(same, day, _blank("teams", team=into, member=member, weight=weight))
        return {"teams": rows}
    changed: list[Row] = []
    for position in members:
        current = book.version(position, day)
        if current is None:
            raise _not_there(position, day)
        changed += from_day(book.of("positions", position=position), day, {**_values(current), kind: into})
    return {"positions": changed}


# Parts


def _person(book: Book, person: str) -> Row:
    if person not in book.people:
        raise NotFound(_("There is no person %(who)s.") % {"who": person}, code="org.no-person")
    return _values(book.people[person], "people")


def _values(row: Row, table: str = "positions") -> Row:
    return {name: row[name] for name in TABLES[table].columns}


def _held(book: Book, person: str, day: date) -> str:
    _person(book, person)
    position = book.seat(person, day)
    if position is None:
        raise Refused(
            _("%(who)s holds no position on %(day)s.") % {"who": book.name(person), "day": formats.day(day)},
            code="org.no-seat", where=Where(field="day"), hint=_("Give them a position first, or choose another day."),
        )  # fmt: skip
    return position


def _seat(book: Book, current: Row, timeline: Sequence[Row], given: Given, day: date) -> list[Row]:
    said = {name: given[name] or None for name in SEAT if name in given}
    if manager := said.get("manager"):
        said["manager"] = book.position_meant(manager, day, "manager")
        if said["manager"] == current["position"]:
            raise Refused(
                _("%(position)s cannot report to itself.") % {"position": current["position"]}, code="hierarchy.cycle",
                where=Where(field="manager"), hint=_("Leave the manager of the top position empty."),
            )  # fmt: skip
    return from_day(timeline, day, {**_values(current), **said})


def _sits(book: Book, person: str, position: str, day: date) -> list[Row]:
    """The holder's own way, and no longer than until the position's next holder."""
    mine = book.of("assignments", person=person)
    if any(row["valid_from"] == day for row in mine):
        raise Refused(
            _("%(who)s moves on that very day already.") % {"who": book.name(person)}, code="org.overlap",
            where=Where(field="day"), hint=_("Undo that change first: the timeline names it. Or choose another day."),
        )  # fmt: skip
    nexts = [row["valid_from"] for row in book.of("assignments", position=position) if row["valid_from"] > day]
    return from_day(mine, day, {"person": person, "position": position}, min(nexts, default=None))


def _require_free(book: Book, position: str, day: date) -> None:
    assignments = book.of("assignments", position=position)
    holder = next((row["person"] for row in assignments if holds(row, day)), None)
    if holder is not None:
        raise Refused(
            _("%(who)s holds %(position)s on %(day)s.")
            % {"who": book.name(holder), "position": position, "day": formats.day(day)},
            code="org.taken", where=Where(field="position"), hint=_("Vacate it first, or choose a vacant one."),
        )  # fmt: skip


def _not_there(position: str, day: date) -> Refused:
    return Refused(
        _("There is no position %(position)s on %(day)s.") % {"position": position, "day": formats.day(day)},
        code="org.no-position", where=Where(field="position"), hint=_("Choose another day, or make it first."),
    )  # fmt: skip


Wish = Callable[[Book, str, Given], Rows]
OF_PERSON: Mapping[str, Wish] = {
    "seat": seat, "move": move, "team": team, "quota": quota, "away": away, "details": details, "leave": leave,
}  # fmt: skip
OF_POSITION: Mapping[str, Wish] = {"change": change_position, "fill": fill, "vacate": vacate, "close": close}
