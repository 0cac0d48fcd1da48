"""The last chapters: how a payee's lines become a payment, and the rules that hold for every case."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attain.plans.model import Clawback, Draw, Settlement, Trigger
from attain.plans.prose.releases import release_items
from attain.plans.prose.speaker import Speaker
from attain.plans.prose.structure import Block, Bullets, Paragraph, Section
from attain.plans.scalars import Delay


def chapters(speaker: Speaker) -> Iterator[Section]:
    blocks = tuple(_blocks(speaker, speaker.plan.settlement))
    if blocks:
        yield Section(speaker.say("heading.settlement"), blocks)
    rules = tuple(_policies(speaker))
    if rules:
        yield Section(speaker.say("heading.policies"), (Bullets(rules),))


def _blocks(speaker: Speaker, settlement: Settlement) -> Iterator[Block]:
    say = speaker.say
    if settlement.cap is not None:
        cap = settlement.cap
        amount, window = speaker.words(cap.amount, "money"), speaker.window(cap.over)
        yield Paragraph(say(f"settlement.cap.{cap.excess}", amount=amount, window=window))
    if settlement.clawback is not None:
        yield Paragraph(" ".join(_clawback(speaker, settlement.clawback)))
    if settlement.release is not None:
        yield Paragraph(say("release.sentence"))
        yield Bullets(release_items(speaker, settlement.release))
    if settlement.triggers:
        yield Bullets(tuple(_trigger(speaker, name, trigger) for name, trigger in settlement.triggers.items()))
    if settlement.guarantee is not None:
        guarantee = settlement.guarantee
        sentences = [say("settlement.guarantee", amount=speaker.words(guarantee.amount, "money"))]
        if guarantee.while_ is not None:
            sentences.append(say("settlement.while", condition=speaker.condition(guarantee.while_)))
        if guarantee.prorate is not None:
            sentences.append(say("settlement.prorate"))
        yield Paragraph(" ".join(sentences))
    if settlement.draw is not None:
        yield Paragraph(" ".join(_draw(speaker, settlement.draw)))
    if settlement.pay_in is not None:
        pay_in = settlement.pay_in
        own = pay_in.currency == "payee"
        currency = say("settlement.pay_in.payee") if own else pay_in.currency
        day = say("settlement.pay_in.day") if pay_in.at is None else speaker.words(pay_in.at)
        within = speaker.delay(Delay(count=pay_in.within, unit="days"))
        yield Paragraph(
            say("settlement.pay_in", currency=currency, rate=speaker.name(pay_in.rate), day=day, within=within)
        )


def _clawback(speaker: Speaker, clawback: Clawback) -> Iterator[str]:
    say = speaker.say
    within = ""
    if clawback.within is not None:
        within = say("settlement.clawback.within", delay=speaker.delay(clawback.within, after=True))
    if isinstance(clawback.takes, str):
        yield say(f"settlement.clawback.{clawback.takes}", within=within)
    else:
        steps = [
            say("settlement.clawback.step", share=speaker.words(step.share, "rate"), delay=speaker.delay(step.to))
            for step in clawback.takes
        ]
        yield say("settlement.clawback.steps", within=within, steps=speaker.listed(steps))
    yield say(f"settlement.clawback.{clawback.attainment}")


def _trigger(speaker: Speaker, name: str, trigger: Trigger) -> str:
    say = speaker.say
    named = speaker.name(name)
    words = {"name": named, "fact": speaker.name(trigger.from_), "match": speaker.name(trigger.match)}
    if trigger.part is None:
        sentence = say("trigger.first", **words)
    else:
        of = "100%" if trigger.of is None else speaker.words(trigger.of)
        sentence = say("trigger.part", part=speaker.of(trigger.part), of=of, **words)
    if trigger.where is not None:
        sentence += " " + say("trigger.where", condition=speaker.condition(trigger.where))
    return sentence


def _draw(speaker: Speaker, draw: Draw) -> Iterator[str]:
    say = speaker.say
    yield say(f"settlement.draw.{draw.pays}", amount=speaker.words(draw.amount, "money"))
    if draw.while_ is not None:
        yield say("settlement.while", condition=speaker.condition(draw.while_))
    if draw.prorate is not None:
        yield say("settlement.prorate")
    if draw.recover is None:
        yield say("settlement.draw.kept")
    else:
        keeps = draw.recover.keeps
        yield say(
            "settlement.draw.recover",
            period=str(draw.recover.from_),
            share=speaker.words(draw.recover.share, "rate"),
            keeps=speaker.money(Fraction(0)) if keeps is None else speaker.words(keeps, "money"),
        )


def _policies(speaker: Speaker) -> Iterator[str]:
    policies = speaker.plan.policies
    if policies.rounding is not None:
        yield speaker.say(f"policy.scope.{policies.rounding.scope}")
        yield speaker.say(f"policy.rounding.{policies.rounding.mode.value}")
    for name in type(policies).model_fields:
        choice = getattr(policies, name)
        if name != "rounding" and choice is not None:
            yield speaker.say(f"policy.{name}.{choice}")
