"""What the words of an utterance tell about a turn: is it over, is it one at all, is it meant for us, is it our echo?

Pure; knows no time. Words come from a recogniser: lower case, some of them misheard, with or without punctuation;
English and, for what is said while listening, Chinese.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from wire.words import alike, sounds, tokens


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Said while listening, to show that one listens. They start no turn and cut no reply.
_BACKCHANNELS = frozenset(
    (
        "mm", "mhm", "mm hm", "mm hmm", "mm mm", "hm", "hmm", "uh huh", "uh", "um", "er", "ah", "aha", "oh", "wow",
        "ok", "okay", "yeah", "yep", "yes", "right", "all right", "alright", "sure", "i see", "oh i see", "good",
        "great", "cool", "nice", "fine", "exactly", "indeed", "really", "oh really", "go on", "huh", "ha",
        "嗯", "嗯嗯", "哦", "噢", "啊", "哈", "好", "好的", "好吧", "行", "对", "对对", "对的", "是", "是的", "没错",
        "可以", "知道了", "明白", "明白了", "原来如此",
    )
)  # fmt: skip
_BACKCHANNEL_WORDS = _words(" ".join(_BACKCHANNELS)) - {"i", "go", "on"}
_MOST_BACKCHANNEL_WORDS = 4
# After a question of ours these are an answer.
_ANSWERS = _words(
    "yes yeah yep no nope ok okay sure right alright exactly 是 是的 对 对的 好 好的 行 可以 不 不是 不用 没有 不行"
)

# A sentence does not end with one of these...
_OPEN_ENDINGS = _words(
    "a an the and or but because if than whether while my your his her its our their very is are was were am be been "
    "do does did has had have can could will would should shall may might must not i'm you're we're they're what's "
    "who's where's how's into onto between among every each"
)
# ...nor with one of these, but at the end of a question: "what are you looking at".
_OPEN_BUT_IN_QUESTIONS = _words("of to in on at for from with by about after before under over like near")
_QUESTION_WORDS = _words("what which who whom whose where when how why")
_VERBS = _words("is are was were am do does did has had have can could will would should not")
_SUBJECTS = _words("i you he she it we they there this that these those")
_HESITATIONS = frozenset(("um", "uh", "er", "erm", "hm", "hmm", "well", "so"))

# Words that stop us, so that they are never taken for an echo of our own.
_COMMANDS = frozenset(("stop", "wait", "quiet", "silence", "cancel", "no", "pause", "enough"))
_ECHO_SHARE = 0.75  # of the words heard that we are just saying, in their order
_ECHO_ALIKE = 0.72  # likeness at which a word heard is the word said
_NEVER_WAKE = {"how many", "and many", "tell me", "many"}  # frequent words that sound much like a call
_WAKE_ALIKE = 0.66  # likeness of sounds at which the wake phrase was said; see `after_wake_phrase`

_WORD_MARKS = '.,!?;:\u2026"()[]\u201c\u201d'
_CJK_MARKS = re.compile(r"[\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]")
_MARKUP = re.compile(r"<[^>]*>|\[[^\]]*\]|\+\+[^+]*\+\+|\(\d+\)")


def plain(text: str) -> str:
    """A recogniser's output as running words: no filler tags, no variant numbers, lower case, single spaces."""
    return " ".join(_MARKUP.sub(" ", text).lower().split())


def _bare(text: str) -> list[str]:
    """The words in lower case, without the marks around them that some recognisers write."""
    return [word for piece in _CJK_MARKS.sub(" ", text.lower()).split() if (word := piece.strip(_WORD_MARKS))]


def is_backchannel(text: str) -> bool:
    """Nothing but "mm", "okay", "I see": the other one listens."""
    words = _bare(text)
    if not words:
        return False
    return " ".join(words) in _BACKCHANNELS or (
        len(words) <= _MOST_BACKCHANNEL_WORDS and all(word in _BACKCHANNEL_WORDS for word in words)
    )


def is_answer(text: str) -> bool:
    """A short yes or no, in whatever words around it."""
    words = _bare(text)
    return 0 < len(words) <= _MOST_BACKCHANNEL_WORDS and any(word in _ANSWERS for word in words)


def is_complete(text: str) -> bool:
    """Whether a sentence could end here. "what is the" and "and then the man with" could not."""
    words = _bare(text)
    if not words:
        return False
    last = words[-1]
    if last in _HESITATIONS and len(words) > 1:
        return False
    asks = any(word in _QUESTION_WORDS for word in words)
    if last in _OPEN_BUT_IN_QUESTIONS:
        return asks and len(words) >= 4
    if last in _VERBS and len(words) > 2 and words[-2] in _SUBJECTS:
        return True  # "tell me what it is", "yes i do"
    if last in ("many", "much") and words[-2:-1] == ["how"]:
        return False
    return last not in _OPEN_ENDINGS and not (last in _QUESTION_WORDS and len(words) > 1)


def after_wake_phrase(text: str, phrase: str) -> str | None:
    """The words behind the wake phrase, "" when it stands alone, None when it was not said.

    Recognisers garble names, so sounds decide: the words at the beginning (one or two hesitations aside) whose joined
    sounds are most like those of the phrase, if they are like enough. Sounds are those of `wire.words`: vowels count
    as one, m and n, b and p... as nearly the same.
    """
    words, wanted = _bare(text), tokens(phrase)
    if not wanted:
        return text
    best = (0.0, 0)
    for start in range(min(3, len(words))):
        if any(word not in _HESITATIONS and not is_backchannel(word) for word in words[:start]):
            break
        for n in range(max(1, len(wanted) - 1), len(wanted) + 3):
            if start + n <= len(words) and " ".join(words[start : start + n]) not in _NEVER_WAKE:
                likeness = sound_likeness(words[start : start + n], wanted)
                best = max(best, (likeness, -(start + n)))
    if best[0] < _WAKE_ALIKE:
        return None
    return " ".join(words[-best[1] :])


def sound_likeness(heard: Sequence[str], wanted: Sequence[str]) -> float:
    """0..1: how much two runs of words sound alike, wherever the recogniser put the gaps between words."""
    if list(heard) == list(wanted):
        return 1.0
    a, b = (_folded("".join(sounds(word) for word in words)) for words in (heard, wanted))
    joined = difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()
    spelled = difflib.SequenceMatcher(None, "".join(heard), "".join(wanted), autojunk=False).ratio()
    return 0.6 * joined + 0.4 * spelled


_FOLD = str.maketrans({"m": "n", "b": "p", "d": "t", "g": "k", "v": "f", "z": "s", "j": "C", "S": "C", "T": "t"})


def _folded(spelled: str) -> str:
    """Consonants that recognisers mix up become one; runs of one letter too."""
    return re.sub(r"(.)\1+", r"\1", spelled.translate(_FOLD))


def is_echo(text: str, saying: str) -> bool:
    """Whether what was heard is what we are saying: most of its words, in their order, close to each other."""
    heard, said = tokens(text), tokens(saying)
    if not heard or not said or any(word in _COMMANDS for word in heard):
        return False
    matched, position = 0, 0
    span = range(0)
    for word in heard:
        found = next((i for i in range(position, len(said)) if alike(word, said[i]) >= _ECHO_ALIKE), None)
        if found is not None:
            span = range(span.start if matched else found, found + 1)
            matched, position = matched + 1, found + 1
    return matched >= _ECHO_SHARE * len(heard) and len(span) <= 2 * len(heard) + 2
