"""Circles: parts of a plan that read themselves, directly or through others."""

from __future__ import annotations

from attain.plans.inference import Inference, Node

_WORDS = {
    "values": "value {}",
    "components": "component {}",
    "measures": "measure {}",
    "quotas": "the quota of measure {}",
    "credits": "the credits of {}",
    "credit limits": "the limit of credit set {}",
    "tables": "table {}",
}


def tell_circles(inference: Inference) -> None:
    """Each circle once, where its first part stands."""
    for circle in _circles(inference.reads):
        section, name = circle[0]
        ring = [_WORDS[section].format(name) for section, name in [*circle, circle[0]]]
        chain = ", which reads ".join([f"{ring[0]} reads {ring[1]}", *ring[2:]])
        message = f"{chain[:1].upper()}{chain[1:]}: it would need itself."
        hint = "A value of the period or row before is read with previous(x), in a value with `per: payee …` or `each`."
        path = {"quotas": ("measures", name, "quota"), "credit limits": ("credits", name, "limit")}.get(
            section, (section, name)
        )
        inference.tell("plan.cycle", message, hint, path)


def _circles(reads: dict[Node, set[Node]]) -> list[list[Node]]:
    """One circle for each group of parts that read one another, found without recursion."""
    done: set[Node] = set()
    circles: list[list[Node]] = []
    for start in sorted(reads):
        trail: list[Node] = []
        waiting: list[tuple[Node, bool]] = [(start, True)]
        while waiting:
            node, opening = waiting.pop()
            if not opening:
                trail.remove(node)
                done.add(node)
            elif node in trail:
                circles.append(trail[trail.index(node) :])
            elif node not in done:
                trail.append(node)
                waiting.append((node, False))
                waiting.extend((read, True) for read in sorted(reads.get(node, ()), reverse=True))
    return _distinct(circles)


def _distinct(circles: list[list[Node]]) -> list[list[Node]]:
    seen: list[set[Node]] = []
    kept = []
    for circle in circles:
        if not any(set(circle) & other for other in seen):
            seen.append(set(circle))
            kept.append(circle)
    return kept
