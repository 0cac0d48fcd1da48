"""The parts in which a line is paid out, one item a part."""

from __future__ import annotations

from attain.plans.model import Release
from attain.plans.prose.speaker import Speaker


def release_items(speaker: Speaker, parts: tuple[Release, ...]) -> tuple[str, ...]:
    return tuple(_part(speaker, part) for part in parts)


def _part(speaker: Speaker, part: Release) -> str:
    say = speaker.say
    share = say("release.rest") if isinstance(part.share, str) else speaker.words(part.share, "rate")
    if part.at is not None:
        words = say("release.at", share=share, date=speaker.words(part.at))
    elif part.after is not None:
        delay = speaker.delay(part.after, after=True)
        if part.day is None:
            words = say("release.after", share=share, delay=delay)
        else:
            words = say("release.after_day", share=share, delay=delay, day=str(part.day))
    elif part.day is not None:
        words = say("release.day", share=share, day=str(part.day))
    else:
        words = say("release.share" if part.when is not None or part.in_ > 1 else "release.now", share=share)
    if part.in_ > 1 and part.every is not None:
        words = say("release.several", part=words, count=str(part.in_), kind=say(f"kind.{part.every}"))
    elif part.in_ > 1:
        words = say("release.several.plain", part=words, count=str(part.in_))
    if part.when is not None:
        words = say("release.when", part=words, trigger=speaker.name(part.when))
    return words
