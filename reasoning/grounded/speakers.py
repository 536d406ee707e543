"""Answers about those who spoke: how many voices there were, whose said something, what else it said. They have numbers
and places, no names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from reasoning.grounded.heard import Heard, firsts
from reasoning.grounded.pool import Pool, Thing
from reasoning.grounded.relevance import MY_NAME
from reasoning.grounded.scope import Scope
from reasoning.grounded.wording import NO_SOUND, NOT_HEARD, Answer, capital, clock, length, listed
from wire.messages import Question, Speaker
from wire.words import tokens

_MOST = 3  # things that one said which are quoted
_MOST_TIMES = 4
_VOICES = 64  # that memory tells of
_APART = "I cannot tell the voices apart"
_ONLY_ONE = re.compile(r"\b(?:only|just) (?:one|1)\b")
_FEW = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_EXACTLY = re.compile(rf"\b(?:{'|'.join(_FEW)}|[2-9]|10)\b")
_ANYBODY = re.compile(r"\b(?:anybody|anyone|somebody|someone|any|a voice|hear voices)\b(?! else)")
_AT = re.compile(r"\b(first|last)$")
_SEXES = re.compile(r"\b(?:men|women)\b")


def told(question: Question, pool: Pool, scope: Scope) -> Answer | None:
    """The answer; None where nothing that was said has to do with it, or it does not take telling voices apart."""
    if scope.missing:
        return None
    handler: Callable[[Heard, Speaker], Answer | None] = {
        "count": _count, "who": _who, "said": _said, "same": _same, "times": _how, "length": _how, "when": _how,
    }[question.cues.speaker.asks]  # fmt: skip
    any_order = replace(scope, cues=replace(scope.cues, order=""))  # "the first" is a voice, not what it said
    return handler(Heard(question, pool, any_order), question.cues.speaker)


def _count(heard: Heard, speaker: Speaker) -> Answer | None:
    spoken = heard.scope.pick(u for u in heard.spoken if u.start_ns >= 0 or heard.scope.cues.spanned)
    if speaker.words and not (spoken := heard.about(speaker.words, spoken)):
        return Answer(NOT_HEARD, sure=False)
    asked, yes_no = " ".join(tokens(heard.question.text)), heard.question.cues.yes_no
    anybody = yes_no and _ANYBODY.search(asked)
    if not spoken:
        return Answer(f"{'No, ' if yes_no else ''}I heard nobody speak.")
    known = [u for u in sorted(spoken, key=lambda u: u.start_ns) if u.voice]
    if not known:
        if anybody:
            return Answer(f"Yes, I heard somebody speak, at {clock(spoken[0].start_ns)}.", tuple(spoken[:1]))
        return Answer(f"I heard somebody speak, but {_APART}.", tuple(spoken[:1]), sure=False)
    first = firsts(known)
    n = len(first)
    more = n >= _VOICES or 2 * len(known) < len(spoken)
    text = f"I heard {'at least ' if more else ''}{n} voice{'' if n == 1 else 's'}"
    if yes_no:
        text = f"{'Yes' if anybody or _as_many(n, asked) else 'No'}, {text}"
    sexes = " I cannot tell men from women by their voices." if _SEXES.search(asked) else ""
    return Answer(f"{text}: {_set_in(first)}.{sexes}", tuple(first))


def _as_many(n: int, asked: str) -> bool:
    """Whether n voices are as many as a question names: more than one where it names no number."""
    if _ONLY_ONE.search(asked):
        return n == 1
    exact = _EXACTLY.search(asked)
    if exact is None:
        return n > 1
    return n == (_FEW.index(exact[0]) + 2 if exact[0] in _FEW else int(exact[0]))


def _set_in(first: Sequence[Thing]) -> str:
    if len(first) == 1:
        return f"from {clock(first[0].start_ns)} on"
    shown = [clock(u.start_ns) for u in first[:6]]
    rest = len(first) - len(shown)
    return f"first at {listed([*shown, *([f'{rest} more times'] if rest else [])])}"


def _who(heard: Heard, speaker: Speaker) -> Answer | None:
    if speaker.back:
        chosen = heard.quoted()[-1:]
    elif speaker.words:
        chosen = _told_of(heard, speaker)
    elif speaker.nth:
        inside = sorted(heard.scope.pick(heard.spoken), key=lambda u: u.start_ns)
        chosen = inside[-1:] if speaker.nth < 0 else inside[:1]
    else:
        return _count(heard, speaker) if heard.spoken else None
    yes_no = heard.question.cues.yes_no
    if not chosen:
        return Answer(NO_SOUND, sure=False) if yes_no else None
    voices = {u.track: u for u in firsts([u for u in chosen if u.voice])}
    if len(voices) < len({u.track for u in chosen}):
        if yes_no:
            return Answer(f"Yes, I heard {_quotes(chosen)}.", tuple(chosen))
        apart = "I cannot tell whose voice it was" if heard.known else _APART
        return Answer(f"I heard {_quotes(chosen)}, but {apart}.", tuple(chosen))
    parts = [
        f"{heard.name(u)} said {_quotes([one for one in chosen if one.track == u.track])}" for u in voices.values()
    ]
    told = f"Yes, {listed(parts)}" if yes_no else capital(listed(parts))
    return Answer(f"{told}.{_known_as(heard, chosen)}", tuple(chosen))


def _told_of(heard: Heard, speaker: Speaker) -> list[Thing]:
    """What was said of it, in order of time: the first or the last where that is asked for, else what is likeliest."""
    every = heard.scope.pick(heard.about(speaker.words, heard.spoken))
    at = _AT.search(" ".join(tokens(heard.question.text)))
    side = speaker.side or ({"first": "before", "last": "after"}[at[1]] if at else "")
    some = sorted(every if side else every[:2], key=lambda u: u.start_ns)
    return some if not side else some[:1] if side == "before" else some[-1:]


def _known_as(heard: Heard, chosen: Sequence[Thing]) -> str:
    """How else one knows the only voice of these: by a name that it gave, or since when it was there."""
    first = heard.first.get(chosen[0].track)
    if len({u.track for u in chosen}) > 1:
        return ""
    named = [u for u in heard.by(chosen[0]) if u not in chosen and MY_NAME.search(u.subject.lower())]
    if named:
        return f" That voice also said {_quotes(named[:1])}."
    return f" I first heard that voice at {clock(first.start_ns)}." if first and first not in chosen else ""


def _meant(heard: Heard, speaker: Speaker) -> tuple[Thing | None, list[Thing]]:
    """One thing that the voice that is meant said, and what of it is known already."""
    if speaker.words:
        found = heard.about(speaker.words, heard.spoken)[:1]
        return (found[0] if found else None), found
    if speaker.back:
        found = heard.quoted()
        return (found[-1] if found else None), found
    if speaker.number:
        return next((u for u in heard.spoken if u.voice == speaker.number and u.track in heard.first), None), []
    if speaker.nth < 0:
        inside = sorted(heard.scope.pick(heard.spoken), key=lambda u: u.start_ns)
        return (inside[-1] if inside else None), []
    if speaker.nth == 1 and not heard.known:
        return (heard.spoken[0] if heard.spoken else None), []
    return next(iter([*heard.first.values()][speaker.nth - 1 : speaker.nth]), None), []


def _said(heard: Heard, speaker: Speaker) -> Answer | None:
    one, known = _meant(heard, speaker)
    if one is not None and speaker.other:
        return _others(heard, one, 1 if speaker.side else _MOST)
    if one is None or not one.voice:
        return _no_voice(heard, speaker, one)
    yes_no = heard.question.cues.yes_no
    said = [u for u in heard.by(one) if u not in known]
    if speaker.side and known:
        at = known[-1].start_ns if speaker.side == "after" else known[0].start_ns
        said = [u for u in said if (u.start_ns > at if speaker.side == "after" else u.start_ns < at)]
        said = said if speaker.side == "after" else said[-_MOST:]
    elif speaker.side:  # the first or the last thing
        said = said[:1] if speaker.side == "before" else said[-1:]
    elif heard.scope.narrowed and not speaker.back:
        said = [u for u in said if u in heard.scope.pick(said)]
    content = heard.question.cues.about.content
    if content and not (said := sorted(heard.about(content, said), key=lambda u: u.start_ns)):
        no = "No, " if yes_no else ""
        return Answer(f"{no}I did not hear that from {_short(heard, one)}.", (one,), sure=False)
    name = heard.name(one)
    if yes_no and said:
        return Answer(f"Yes, {name} said {_quotes(said[:_MOST])}{_more(said)}.", tuple(said[:_MOST]))
    if known:
        which = f", which said {_quotes(known[-1:])}"
        if not said:
            more = f" {speaker.side} that" if speaker.side else " else"
            no = "No, " if yes_no else ""
            return Answer(f"{no}I heard nothing{more} from {name}{which}.", (one,))
        later = [u for u in said if u.start_ns > one.start_ns]
        near = later[:_MOST] or said[-_MOST:]
        return Answer(f"{capital(name)}{which}, also said {_quotes(near)}{_more(said)}.", (*known[-1:], *near))
    if not said:
        return None
    return Answer(f"{capital(name)} said {_quotes(said[:_MOST])}{_more(said)}.", tuple(said[:_MOST]))


def _short(heard: Heard, one: Thing) -> str:
    return "that voice" if one.track in heard.first else heard.name(one)


def _more(said: Sequence[Thing]) -> str:
    n = len(said) - _MOST
    return "" if n <= 0 else f", and {n} more thing{'' if n == 1 else 's'}"


def _others(heard: Heard, one: Thing, most: int) -> Answer | None:
    """What was said next by somebody else."""
    if not one.voice:
        next_ = [u for u in heard.spoken if u.start_ns > one.start_ns][:1]
        apart = "I cannot tell whose voice it was" if heard.known else _APART
        return Answer(f"I heard {_quotes(next_)}, but {apart}.", tuple(next_), sure=False) if next_ else None
    others = [u for u in heard.spoken if u.voice and u.track != one.track and u in heard.stated]
    later = [u for u in others if u.start_ns > one.start_ns][:most]
    if not later and (most == 1 or not others):
        return Answer(f"I heard no other voice{' after that' if others else ''}.", (one,))
    return _who_said(heard, later or others[-most:])


def _who_said(heard: Heard, things: Sequence[Thing]) -> Answer:
    by_voice: dict[int, list[Thing]] = {}
    for u in things:
        by_voice.setdefault(u.track, []).append(u)
    parts = [f"{heard.name(said[0])} said {_quotes(said)}" for said in by_voice.values()]
    return Answer(f"{capital(listed(parts))}.", tuple(things))


def _no_voice(heard: Heard, speaker: Speaker, one: Thing | None) -> Answer | None:
    """Where whoever is meant cannot be found among the voices."""
    if speaker.words and one is None:
        return Answer(NOT_HEARD, sure=False)
    if not heard.known:
        if speaker.back or not heard.spoken:
            return None  # what was said is told, whoever said it
        content = () if speaker.words else heard.question.cues.about.content
        if content:
            one = next(iter(heard.about(content, heard.spoken)), one)
        begins = f"I heard {_quotes([one])}" if one is not None else "I heard somebody speak"
        return Answer(f"{begins}, but {_APART}.", () if one is None else (one,), sure=False)
    if one is not None:
        return Answer(f"I heard {_quotes([one])}, but I cannot tell whose voice it was.", (one,), sure=False)
    if speaker.back:
        return None
    n = len(heard.first)
    return Answer(f"I heard only {n} voice{'' if n == 1 else 's'}.", tuple(heard.first.values()), sure=False)


def _same(heard: Heard, speaker: Speaker) -> Answer | None:
    if speaker.back and speaker.words:
        pair = [*heard.quoted()[-1:], *heard.about(speaker.words, heard.spoken)[:1]]
    elif speaker.back:
        pair = _last_two(heard)
    else:
        found = [heard.about(words, heard.spoken, alone=False) for words in (speaker.words, speaker.others)]
        pair = [some[0] for some in found if some]
        if len(pair) == 1:
            return Answer(f"I only heard {_quotes(pair)}.", tuple(pair), sure=False)
    if len(pair) < 2:
        return Answer("Say which two things you mean, and I will tell.", sure=False) if pair else None
    a, b = pair
    if not (a.voice and b.voice):
        apart = _APART if not heard.known else "I cannot tell whether it was the same voice"
        return Answer(f"I heard {_quotes(pair)}, but {apart}.", (a, b), sure=False)
    if a.track == b.track:
        both = [a] if a is b else [a, b]
        return Answer(f"Yes, {heard.name(a)} said both: {_quotes(both)}.", tuple(both))
    told = [f"{heard.name(u)} said {_quotes([u])}" for u in (a, b)]
    return Answer(f"No, {listed(told)}.", (a, b))


def _last_two(heard: Heard) -> list[Thing]:
    """The two things that the last answers quoted."""
    found: dict[Thing, None] = {}
    for turn in heard.question.history[-2:]:
        found.update(dict.fromkeys(heard.quoted_in(turn.heard)))
    return list(found)[-2:]


def _how(heard: Heard, speaker: Speaker) -> Answer | None:
    """How often, how long or when one of them spoke."""
    one, _ = _meant(heard, speaker)
    if one is None or not one.voice:
        return _no_voice(heard, speaker, one)
    every = heard.scope.pick(u for u in heard.spoken if u.track == one.track)
    every.sort(key=lambda u: u.start_ns)
    if not every:
        return None
    name, n = capital(heard.name(one)), len(every)
    least = "at least " if heard.question.log_truncated else ""
    first, last = clock(every[0].start_ns), clock(every[-1].start_ns)
    at = listed([clock(u.start_ns) for u in every]) if n <= _MOST_TIMES else f"{first}, and last at {last}"
    if speaker.asks == "length":
        whole = length(sum(u.end_ns - u.start_ns for u in every))
        return Answer(f"{name} spoke for {least}{whole} in all, at {at}.", tuple(every))
    if speaker.asks == "times":
        return Answer(f"{name} spoke {least}{n} time{'' if n == 1 else 's'}, at {at}.", tuple(every))
    if speaker.side:
        at = f"first at {first}" if speaker.side == "before" else f"last at {last}"
    return Answer(f"{name} spoke {at if speaker.side else f'at {at}'}.", tuple(every))


def _quotes(said: Sequence[Thing]) -> str:
    return listed([f'"{u.subject}" at {clock(u.start_ns)}' for u in said])
