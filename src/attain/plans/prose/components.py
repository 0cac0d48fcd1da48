"""The chapters about what is paid: each component with its table, its conditions and its limits."""

from __future__ import annotations

from collections.abc import Iterator

from attain.plans.expressions import Calculation, Expr, Name, Number
from attain.plans.model import BudgetLimit, Component, LookupTable, Table, TierTable, WindowLimit
from attain.plans.prose.formulas import Kind
from attain.plans.prose.releases import release_items
from attain.plans.prose.speaker import Speaker
from attain.plans.prose.structure import Block, Bullets, Paragraph, Section
from attain.plans.prose.tables import example, table_blocks


def chapters(speaker: Speaker) -> Iterator[Section]:
    plan, say = speaker.plan, speaker.say
    if plan.tables:
        yield Section(say("heading.tables"), ())
        for name, table in plan.tables.items():
            blocks = tuple(table_blocks(speaker, table, _kind_of_table(speaker, name)))
            yield Section(say("heading.table", name=speaker.name(name)), blocks, level=2)
    yield Section(say("heading.components"), ())
    for name, component in plan.components.items():
        title = speaker.title(component.title, name)
        yield Section(title[:1].upper() + title[1:], tuple(_blocks(speaker, component)), level=2)


def _kind_of_table(speaker: Speaker, name: str) -> Kind:
    """How the value that chooses a row is written, when all components that use the table agree."""
    kinds = {
        speaker.kind_of(component.by[0], component.each)
        for component in speaker.plan.components.values()
        if component.table == name and component.by
    }
    return kinds.pop() if len(kinds) == 1 else "plain"


def _blocks(speaker: Speaker, component: Component) -> Iterator[Block]:
    table = component.inline_table or speaker.plan.tables.get(component.table or "")
    kind: Kind = speaker.kind_of(component.by[0], component.each) if component.by else "plain"
    yield Paragraph(" ".join(_pays(speaker, component, table, kind)))
    if component.inline_table is not None:
        yield from table_blocks(speaker, component.inline_table, kind)
    worked = None if table is None else example(speaker, component, table, kind)
    if worked is not None:
        yield Paragraph(worked)
    shaping = tuple(_shaping(speaker, component))
    if shaping:
        yield Bullets(shaping)
    if component.release is not None:
        yield Paragraph(speaker.say("release.own"))
        yield Bullets(release_items(speaker, component.release))


def _row(speaker: Speaker, component: Component) -> str:
    if component.each is not None:
        return speaker.say("component.each", credits=speaker.name(component.each))
    if component.per is None:
        raise TypeError("A component is paid for each credit or per period.")
    kind = speaker.say(f"kind.{component.per.kind}")
    subject = "" if component.per.subject == "payee" else f".{component.per.subject}"
    return speaker.say(f"component.per{subject}", kind=kind)


def _of(speaker: Speaker, component: Component) -> str:
    return speaker.words(_base(component), "money")


def _base(component: Component) -> Expr:
    """What is multiplied: the credited amount where the component says nothing."""
    return component.of if component.of is not None else Name(("credit", "amount"))


def _by(speaker: Speaker, component: Component) -> str:
    return speaker.listed([speaker.words(by) for by in component.by or ()])


def _pays(speaker: Speaker, component: Component, table: Table | None, kind: Kind) -> Iterator[str]:
    say, row = speaker.say, _row(speaker, component)
    match component.pays:
        case "percent":
            yield say("component.percent", row=row, pay=_share(speaker, component))
        case "per_unit":
            amount = "" if component.amount is None else speaker.words(component.amount, "money")
            of = speaker.after_of(speaker.words(_base(component), "number"))
            yield say("component.per_unit", row=row, amount=amount, of=of)
        case "fixed" if component.amount is not None:
            yield say("component.fixed", row=row, amount=speaker.words(component.amount, "money"))
        case "formula" if component.formula is not None:
            yield say("component.formula", row=row, formula=speaker.words(component.formula, "money"))
        case "marginal":
            yield say("component.marginal", row=row, by=_by(speaker, component))
            yield _marginal_base(speaker, component, table, kind)
        case "whole":
            yield from _whole(speaker, component, table, row)
        case "curve":
            of = speaker.after_of(_of(speaker, component))
            yield say("component.curve", row=row, of=of, by=_by(speaker, component))
        case "lookup":
            words = {"table": speaker.name(component.table or ""), "by": _by(speaker, component)}
            yield say(f"component.lookup.{_row_pays(table)}", row=row, of=_of(speaker, component), **words)
        case "pool" | "prizes":
            yield from _shared(speaker, component, row)
    if component.table is not None and component.pays != "lookup":
        yield say("component.table", table=speaker.name(component.table))
    if component.position is not None:
        yield say(f"component.position.{component.position}")


def _row_pays(table: Table | None) -> str:
    """Whether the rows of a lookup table hold amounts, something to multiply, or both."""
    if not isinstance(table, LookupTable):
        return "times"
    columns = {column for row in table.rows for column in row if column not in table.keys}
    if "amount" not in columns:
        return "times"
    return "amount" if columns == {"amount"} else "both"


def _share(speaker: Speaker, component: Component) -> str:
    rate = component.rate
    if isinstance(rate, Number | Name):
        words = speaker.words(rate, "rate")
        if component.of is None:
            return speaker.say("formula.share_of_credit", share=words)
        return speaker.say("formula.share", share=words, whole=speaker.of(component.of, "money"))
    whole = Calculation("*", rate, _base(component)) if rate is not None else _base(component)
    return speaker.words(whole)


def _marginal_base(speaker: Speaker, component: Component, table: Table | None, kind: Kind) -> str:
    column = table.column if isinstance(table, TierTable) else "rate"
    if kind == "rate" and column in ("rate", "per_unit"):
        return speaker.say("component.base.quota")
    if component.of is not None:
        return speaker.say("component.base.of", of=_of(speaker, component))
    return speaker.say("component.base.slice")


def _whole(speaker: Speaker, component: Component, table: Table | None, row: str) -> Iterator[str]:
    say, by = speaker.say, _by(speaker, component)
    if isinstance(table, TierTable) and table.column == "amount":
        if component.of is None:
            yield say("component.whole_amount", row=row, by=by)
        else:
            yield say("component.whole_amount_of", row=row, by=by, of=speaker.words(component.of))
    else:
        yield say("component.whole", row=row, by=by, of=_of(speaker, component))
    if component.retroactive is not None:
        yield say(f"component.retroactive.{'yes' if component.retroactive else 'no'}")


def _shared(speaker: Speaker, component: Component, row: str) -> Iterator[str]:
    say = speaker.say
    if component.amount is not None and component.weight is not None:
        amount, weight = speaker.words(component.amount, "money"), speaker.words(component.weight)
        yield say(f"component.pool.{component.among}", row=row, amount=amount, weight=weight)
        yield say(f"component.leavers.{component.leavers}")
    else:
        prizes = speaker.listed([speaker.words(prize, "money") for prize in component.prizes])
        yield say(f"component.prizes.{component.among}", row=row, by=_by(speaker, component), prizes=prizes)
        yield say(f"component.ties.{component.ties}")


def _shaping(speaker: Speaker, component: Component) -> Iterator[str]:
    """Everything that follows the table, in the order in which it is applied."""
    say = speaker.say
    if component.over is not None:
        yield say("component.over", window=speaker.window(component.over))
    if component.when is not None:
        yield say("component.when", condition=speaker.condition(component.when))
    for factor in component.times:
        yield say("component.times", factor=speaker.words(factor))
    if component.prorate is not None:
        yield say("component.prorate")
    if component.gate is not None:
        yield say("component.gate", condition=speaker.condition(component.gate))
    match component.limit:
        case WindowLimit(per=per, amount=amount, excess=excess):
            words = speaker.words(amount, "money")
            yield say(f"component.limit.{excess}", amount=words, window=speaker.window(per))
        case BudgetLimit(budget=budget, crossing=crossing):
            yield say(f"component.budget.{crossing}", amount=speaker.words(budget, "money"))
        case Expr() as limit:
            yield say("component.limit", amount=speaker.words(limit, "money"))
    if component.floor is not None:
        least = speaker.words(component.floor.amount, "money")
        yield say("component.floor", amount=least, window=speaker.window(component.floor.per))
    if component.round is not None:
        yield say("component.round", places=str(component.round))
    if component.clause:
        yield say("component.clause", clause=component.clause)
