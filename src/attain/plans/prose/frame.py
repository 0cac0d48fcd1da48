"""The first chapters: for whom and when the plan holds, its changeable numbers, what counts, what is measured."""

from __future__ import annotations

from collections.abc import Iterator

from attain.plans.expressions import Truth
from attain.plans.model import CreditRule, CreditSet, Input, Measure, Value
from attain.plans.prose import formats
from attain.plans.prose.formulas import Kind
from attain.plans.prose.speaker import Speaker
from attain.plans.prose.structure import Block, Bullets, Paragraph, Rows, Section
from attain.plans.scalars import Delay


def chapters(speaker: Speaker) -> Iterator[Section]:
    plan, say = speaker.plan, speaker.say
    yield Section(say("heading.frame"), tuple(Paragraph(words) for words in _frame(speaker)))
    if plan.parameters:
        yield Section(say("heading.numbers"), (Paragraph(say("numbers.sentence")), _numbers(speaker)))
    if plan.inputs:
        yield Section(say("heading.inputs"), (_inputs(speaker),))
    if plan.credits:
        yield Section(say("heading.credits"), ())
        for name, source in plan.credits.items():
            yield Section(say("heading.credit", name=speaker.name(name)), tuple(_credit(speaker, source)), level=2)
    if plan.measures:
        measures = tuple(_measure(speaker, name, measure) for name, measure in plan.measures.items())
        yield Section(say("heading.measures"), (Bullets(measures),))
    if plan.values:
        values = tuple(_value(speaker, name, value) for name, value in plan.values.items())
        yield Section(say("heading.values"), (Bullets(values),))


def _frame(speaker: Speaker) -> Iterator[str]:
    plan, say = speaker.plan, speaker.say
    start = formats.day(plan.effective.start, speaker.language)
    if plan.effective.through is None:
        yield say("frame.open", start=start)
    else:
        yield say("frame.days", start=start, end=formats.day(plan.effective.through, speaker.language))
    if isinstance(plan.participants, Truth) and plan.participants.value:
        yield say("frame.everybody")
    else:
        yield say("frame.participants", condition=speaker.condition(plan.participants))
    yield say("frame.pay", currency=plan.currency, kind=say(f"kind.{plan.period}"))
    if plan.calendar is not None:
        yield say("frame.calendar", calendar=speaker.name(plan.calendar))
    if plan.uses:
        yield say("frame.uses", names=speaker.listed(list(plan.uses)))


def _numbers(speaker: Speaker) -> Rows:
    say = speaker.say
    rows = []
    for name, given in speaker.plan.parameters.items():
        kind: Kind = "money" if given.type == "money" else "plain"
        value = say("unset") if given.value is None else speaker.words(given.value, kind)
        rows.append((speaker.name(name), say(f"type.{given.type}"), value))
    return Rows((say("numbers.name"), say("numbers.type"), say("numbers.value")), tuple(rows))


def _inputs(speaker: Speaker) -> Rows:
    say = speaker.say
    head = ("numbers.name", "numbers.type", "inputs.given", "inputs.least", "inputs.most", "inputs.missing")
    rows = tuple(_input(speaker, name, given) for name, given in speaker.plan.inputs.items())
    return Rows(tuple(say(key) for key in head), rows)


def _input(speaker: Speaker, name: str, given: Input) -> tuple[str, ...]:
    kind: Kind = "money" if given.type == "money" else "plain"
    bounds = ["–" if bound is None else speaker.words(bound, kind) for bound in (given.min, given.max)]
    missing = (
        speaker.say("inputs.hold")
        if given.missing == "hold"
        else speaker.say("inputs.counts", value=speaker.words(given.missing, kind))
    )
    return speaker.name(name), speaker.say(f"type.{given.type}"), speaker.grain(given.per), *bounds, missing


def _credit(speaker: Speaker, source: CreditSet) -> Iterator[Block]:
    say = speaker.say
    fact = speaker.name(source.from_)
    dated = source.date is not None and say("credit.dated", fact=fact, date=speaker.words(source.date))
    sentences = [dated or say("credit.from", fact=fact)]
    if source.when is not None:
        sentences.append(say("credit.when", condition=speaker.condition(source.when)))
    if source.amount is not None:
        sentences.append(say("credit.amount", amount=speaker.words(source.amount, "money")))
    else:
        named = [
            say("credit.named_amount", name=speaker.name(name), amount=speaker.words(amount, "money"))
            for name, amount in source.amounts.items()
        ]
        sentences.append(say("credit.amounts", amounts=speaker.listed(named)))
    if source.convert is not None:
        day = say("credit.day") if source.convert.at is None else speaker.words(source.convert.at)
        within = speaker.delay(Delay(count=source.convert.within, unit="days"))
        rate = speaker.name(source.convert.rate)
        sentences.append(say("credit.convert", currency=speaker.plan.currency, rate=rate, day=day, within=within))
    yield Paragraph(" ".join(sentences))
    yield Paragraph(say("credit.to"))
    yield Bullets(tuple(_recipient(speaker, rule) for rule in source.to))
    after = []
    if source.limit is not None:
        after.append(say("credit.limit", limit=speaker.words(source.limit, "money")))
    if source.once_per is not None:
        after.append(say("credit.once"))
    if after:
        yield Paragraph(" ".join(after))


def _recipient(speaker: Speaker, rule: CreditRule) -> str:
    say = speaker.say
    words = _share(speaker, rule, _who(speaker, rule))
    if rule.role:
        words = say("recipient.role", recipient=words, role=speaker.name(rule.role))
    if rule.when is not None:
        words = say("recipient.when", recipient=words, condition=speaker.condition(rule.when))
    return words


def _who(speaker: Speaker, rule: CreditRule) -> str:
    say = speaker.say
    if rule.who == "manager":
        return say("recipient.manager") if rule.levels == 1 else say("recipient.managers", levels=str(rule.levels))
    if rule.relationship is not None:
        kind = speaker.name(rule.relationship)
        if rule.of is None:
            return say("recipient.relationship", kind=kind)
        return say("recipient.relationship_of", kind=kind, subject=speaker.of(rule.of))
    if rule.related is not None:
        fact, column = rule.related
        return say("recipient.related", column=speaker.name(column), fact=speaker.name(fact))
    return say("recipient.direct", column=speaker.name(rule.who))


def _share(speaker: Speaker, rule: CreditRule, who: str) -> str:
    say = speaker.say
    if rule.share is None:
        if rule.relationship is not None:
            return say("recipient.own_share", who=who)
        return say("recipient.share", who=who, share=speaker.number(speaker.whole, "rate"))
    if isinstance(rule.share, str):
        return say("recipient.rest", who=who)
    shares = [speaker.words(share, "rate") for share in rule.share]
    if len(shares) == 1:
        return say("recipient.share", who=who, share=shares[0])
    return say("recipient.level_shares", who=who, shares=speaker.listed(shares))


def _measure(speaker: Speaker, name: str, measure: Measure) -> str:
    say = speaker.say
    words = {
        "name": speaker.name(name),
        "credits": speaker.name(measure.credits),
        "window": speaker.window(measure.over),
    }
    if measure.count is not None:
        sentences = [say("measure.count", **words)]
    elif measure.of is not None:
        sentences = [say("measure.sum_of", formula=speaker.words(measure.of), **words)]
    elif measure.amount is not None:
        sentences = [say("measure.sum_amount", amount=speaker.name(measure.amount), **words)]
    else:
        sentences = [say("measure.sum", **words)]
    if measure.for_ != "payee":
        sentences.append(say(f"measure.{measure.for_}"))
    if measure.where is not None:
        sentences.append(say("measure.where", condition=speaker.condition(measure.where)))
    if measure.quota is not None:
        sentences.append(say(f"measure.quota.{measure.against}", quota=speaker.name(measure.quota)))
    if measure.prorate is not None:
        sentences.append(say("measure.prorate"))
    if measure.relief is not None:
        sentences.append(say("measure.relief"))
    return " ".join(sentences)


def _value(speaker: Speaker, name: str, value: Value) -> str:
    say = speaker.say
    words = {"name": speaker.name(name), "formula": speaker.words(value.formula)}
    if value.each is not None and value.within is not None:
        credits, column = speaker.name(value.each), speaker.name(value.within)
        sentences = [say("value.each_within", credits=credits, column=column, **words)]
    elif value.each is not None:
        sentences = [say("value.each", credits=speaker.name(value.each), **words)]
    elif value.per is not None:
        sentences = [say("value.grain", grain=speaker.grain(value.per), **words)]
    else:
        sentences = [say("value.plain", **words)]
    if value.start is not None:
        sentences.append(say("value.start", start=speaker.words(value.start)))
    if value.over is not None:
        sentences.append(say("value.over", window=speaker.window(value.over)))
    if value.round is not None:
        sentences.append(say("value.round", places=str(value.round)))
    return " ".join(sentences)
