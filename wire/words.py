"""How words are compared wherever two processes must agree: tokens, stems, numbers, and words that sound alike.

Owns no vocabulary of questions and knows no message. Speech recognition hears "the brain" for "the train", so a word
matches another when letters or sounds are close; how close is the caller's choice.
"""

from __future__ import annotations

import re
from functools import lru_cache

_CONTRACTED = (  # all of them have a quotation mark
    (re.compile(r"[\u2018\u2019`]"), "'"),
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\b(what|who|where|when|how|which|why|it|that|there|here|he|she|let)'s\b"), r"\1 is"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"\b(how|what|where|who|when|why)'d\b"), r"\1 did"),
    (re.compile(r"'(s|d)?\b"), ""),
)
_MARK = re.compile(r"[\u2018\u2019`']")
_ABBREVIATED = (
    (re.compile(r"\b(what|who|where|when|how|that|there)s\b(?! \w+ing\b)"), r"\1 is"),
    (re.compile(r"\b(did|do|does|is|was|are|were|has|have|had|would|could|should)nt\b"), r"\1 not"),
    (re.compile(r"\bwhereabouts\b(?= (?:is|are|was|were|do|does|did|can)\b)"), "where"),
    (re.compile(r"\bcant\b"), "can not"),
    (re.compile(r"\bq\.? ?r\.?(?=\W|$)"), "qr"),
    (re.compile(r"\b([ap])\.? ?m\.?(?=\W|$)"), r"\1m"),
)
_TOKEN = re.compile(r"https?://\S+|[$€£]?\d+(?:[.,:]\d+)*%?|[^\W\d_]+|\d+")
_SPELLING = {
    "color": "colour", "colors": "colours", "colored": "coloured", "gray": "grey", "center": "centre",
    "summarize": "summarise", "recognize": "recognise", "ok": "okay", "hallo": "hello",
}  # fmt: skip

STOPWORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "is",
        "was",
        "were",
        "are",
        "am",
        "be",
        "been",
        "being",
        "do",
        "does",
        "did",
        "done",
        "have",
        "has",
        "had",
        "will",
        "would",
        "can",
        "could",
        "shall",
        "should",
        "may",
        "might",
        "must",
        "of",
        "in",
        "on",
        "at",
        "to",
        "from",
        "by",
        "for",
        "with",
        "about",
        "into",
        "onto",
        "over",
        "under",
        "up",
        "down",
        "out",
        "off",
        "and",
        "or",
        "but",
        "so",
        "then",
        "than",
        "as",
        "if",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "why",
        "how",
        "there",
        "here",
        "i",
        "you",
        "he",
        "she",
        "we",
        "they",
        "me",
        "him",
        "her",
        "us",
        "them",
        "my",
        "your",
        "his",
        "our",
        "their",
        "not",
        "no",
        "yes",
        "please",
        "just",
        "also",
        "too",
        "very",
        "some",
        "any",
        "all",
        "both",
        "each",
        "one",
        "ones",
        "us",
        "okay",
        "got",
        "get",
        "let",
        "s",
        "t",
        "um",
        "uh",
        "er",
        "ah",
        "well",
        "now",
        "again",
        "ever",
        "still",
        "tell",
        "say",
        "said",
    ]
)

_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "1st": 1, "2nd": 2, "3rd": 3,
}  # fmt: skip
_IRREGULAR = {
    "said": "say", "says": "say", "saw": "see", "seen": "see", "came": "come", "went": "go", "gone": "go",
    "goes": "go", "left": "leave", "heard": "hear", "told": "tell", "wrote": "write", "written": "write",
    "sold": "sell", "made": "make", "ran": "run", "began": "begin", "begun": "begin", "took": "take",
    "taken": "take", "gave": "give", "given": "give", "found": "find", "held": "hold", "kept": "keep", "met": "meet",
    "paid": "pay", "sang": "sing", "sat": "sit", "stood": "stand", "spoke": "speak", "spoken": "speak", "ate": "eat",
    "grew": "grow", "grown": "grow", "knew": "know", "known": "know", "bought": "buy", "brought": "bring",
    "caught": "catch", "won": "win", "lost": "lose", "drew": "draw", "drawn": "draw", "fell": "fall",
    "fallen": "fall", "flew": "fly", "flown": "fly", "hid": "hide", "hidden": "hide", "lit": "light", "shown": "show",
    "drove": "drive", "rode": "ride", "rose": "rise", "risen": "rise", "woke": "wake", "wore": "wear", "men": "man",
    "women": "woman", "children": "child", "people": "person", "persons": "person", "feet": "foot", "leaves": "leave",
    "loaves": "loaf", "knives": "knife", "mice": "mouse", "geese": "goose", "chose": "choose", "died": "die",
    "lies": "lie", "lay": "lie", "led": "lead", "meant": "mean", "sent": "send", "slept": "sleep", "spent": "spend",
    "taught": "teach", "thought": "think", "painted": "paint", "founded": "found",
    "fed": "feed", "sung": "sing", "swam": "swim", "swum": "swim", "driven": "drive", "ridden": "ride",
    "woken": "wake", "worn": "wear", "bred": "breed", "stole": "steal", "stolen": "steal", "hung": "hang",
    "fought": "fight", "froze": "freeze", "frozen": "freeze", "broke": "break", "broken": "break",
    "chosen": "choose", "shot": "shoot", "stuck": "stick", "threw": "throw", "thrown": "throw", "blew": "blow",
    "blown": "blow", "torn": "tear", "lent": "lend", "dug": "dig", "sank": "sink", "sunk": "sink",
    "rang": "ring", "rung": "ring", "drank": "drink", "drunk": "drink", "eaten": "eat", "bitten": "bite",
    "forgot": "forget", "forgotten": "forget", "sought": "seek", "shone": "shine", "swept": "sweep",
    "built": "build", "understood": "understand", "became": "become", "shook": "shake", "shaken": "shake",
    "spun": "spin", "struck": "strike",
}  # fmt: skip


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers; contractions are spelled out, British spelling, no punctuation."""
    text = text.lower()
    for pattern, replacement in (*_CONTRACTED, *_ABBREVIATED) if _MARK.search(text) else _ABBREVIATED:
        text = pattern.sub(replacement, text)
    return [_SPELLING.get(found, found) for found in _TOKEN.findall(text)]


def content(words: list[str]) -> list[str]:
    """The words that carry meaning, in order, each once."""
    return list(dict.fromkeys(word for word in words if word not in STOPWORDS))


@lru_cache(maxsize=8_192)
def stem(word: str) -> str:
    """A light stem: "opens", "opened", "opening" -> "open"; irregular verbs and plurals by table."""
    if word in _IRREGULAR:
        return _without_e(_IRREGULAR[word])
    for ending, least in (("ies", 5), ("ied", 5)):
        if word.endswith(ending) and len(word) >= least:
            return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    for ending, least in (("ing", 6), ("ed", 5)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("eed"):
            base = word[: -len(ending)]
            doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz"
            return base[:-1] if doubled else base.rstrip("e")
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    return _without_e(word)


def _without_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def word_set(text: str) -> frozenset[str]:
    """The words of a table that is written as text."""
    return frozenset(text.split())


def stem_set(text: str) -> frozenset[str]:
    """The stems of the words of a table that is written as text."""
    return frozenset(stem(word) for word in text.split())


def number(word: str) -> int | None:
    """The value of one number word or run of digits ("nine", "40"), else None."""
    if word.isdigit():
        return int(word)
    return _ONES.get(word, _TENS.get(word))


@lru_cache(maxsize=8_192)
def said_words(text: str) -> tuple[str, ...]:
    """Tokens of a sentence, numbers as digits."""
    return tuple(with_digits(tokens(text)))


def with_digits(words: list[str]) -> list[str]:
    """Number words become digits as people mean them: "twenty four" -> 24, "eighteen ninety" -> 1890,
    "two hundred and six" -> 206, "five five five" -> 555."""
    out: list[str] = []
    i = 0
    while i < len(words):
        run = i
        while run < len(words) and (_is_number_word(words[run]) or _is_joint(words, run, i)):
            run += 1
        if run == i:
            out.append(words[i])
            i += 1
        else:
            out.extend(_read_run(words[i:run]))
            i = run
    return out


def _is_number_word(word: str) -> bool:
    return word in _ONES or word in _TENS or word in ("hundred", "thousand")


def _is_joint(words: list[str], at: int, start: int) -> bool:
    """ "and" after "hundred" or "thousand" with a number after it; "oh" between digits."""
    if at == start or at + 1 >= len(words) or not _is_number_word(words[at + 1]):
        return False
    return (words[at] == "and" and words[at - 1] in ("hundred", "thousand")) or words[at] in ("oh", "o")


def _read_run(run: list[str]) -> list[str]:
    """One run of number words as digit strings."""
    if any(word in ("hundred", "thousand") for word in run):
        total, current = 0, 0
        for word in run:
            if word == "hundred":
                current = max(1, current) * 100
            elif word == "thousand":
                total, current = total + max(1, current) * 1000, 0
            else:
                current += number(word) or 0
        return [str(total + current)]
    pairs: list[int] = []  # "twenty four" is one, "five" is one
    for word in run:
        value = 0 if word in ("oh", "o") else number(word) or 0
        if pairs and pairs[-1] in _TENS.values() and 0 < value < 10:
            pairs[-1] += value
        else:
            pairs.append(value)
    if len(pairs) >= 3 and all(value < 10 for value in pairs):
        return ["".join(map(str, pairs))]
    if len(pairs) == 2 and pairs[0] >= 10 and pairs[1] >= 10:
        return [f"{pairs[0]}{pairs[1]}"]
    if len(pairs) == 3 and pairs[0] >= 10 and pairs[1] == 0 and 0 < pairs[2] < 10:  # "nineteen oh five"
        return [f"{pairs[0]}0{pairs[2]}"]
    return [str(value) for value in pairs]


_SOUND_RULES = (
    (re.compile(p), r)
    for p, r in (
        (r"^(kn|gn)", "n"), (r"^wr", "r"), (r"^wh", "w"), (r"^ps", "s"), (r"^x", "s"), (r"tch", "C"), (r"sch", "sk"),
        (r"ch", "C"), (r"sh|ti(?=on|al)|ci(?=al|an)", "S"), (r"ph", "f"), (r"th", "T"), (r"dge", "j"),
        (r"(?<=[aeiou])gh(t?)", r"\1"), (r"gh", "g"), (r"mb$", "m"), (r"ck|q", "k"), (r"c(?=[eiy])", "s"), (r"c", "k"),
        (r"x", "ks"), (r"z", "s"), (r"g(?=[ey])", "j"), (r"[aeiouy]+e?", "a"), (r"(?<=[a])w(?![a])", ""),
        (r"(?<=[a])r(?![a])", "r"), (r"h(?![a])", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
_SOUNDS = tuple(_SOUND_RULES)
# Consonants that recognisers confuse: voiced and voiceless, nasals, liquids, fricatives.
_NEAR = frozenset(
    frozenset(pair)
    for pair in ("bp", "dt", "gk", "vf", "sS", "SC", "jC", "mn", "lr", "Tf", "Td", "Ts", "wv", "sj", "dj")
)


@lru_cache(maxsize=32_768)
def sounds(word: str) -> str:
    """A rough spelling of how an English word sounds; vowels are one letter."""
    spelled = word[:-1] if len(word) > 3 and word.endswith("e") and word[-2] not in "aeiou" else word
    for pattern, replacement in _SOUNDS:
        spelled = pattern.sub(replacement, spelled)
    return spelled


def _distance(a: str, b: str) -> float:
    """Edit distance; swapping two sounds that are easily confused costs 0.4."""
    row = [float(j) for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], float(i)
        for j, y in enumerate(b, 1):
            swap = 0.0 if x == y else 0.4 if frozenset((x, y)) in _NEAR else 1.0
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + swap)
    return row[-1]


@lru_cache(maxsize=32_768)
def _letters(word: str) -> frozenset[str]:
    return frozenset(word)


def _share_letters(a: str, b: str) -> bool:
    """A quick look before the dear one: whether half of the letters of the shorter occur in the longer."""
    mine, theirs = _letters(a), _letters(b)
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs))


@lru_cache(maxsize=131_072)
def alike(a: str, b: str) -> float:
    """0..1: how likely two words are the same word, one of them misheard or misread. Same stem: at least 0.95."""
    if a == b:
        return 1.0
    if stem(a) == stem(b):
        return 0.95
    if a[0].isdigit() or b[0].isdigit():
        return 0.0
    shorter, longer = sorted((len(a), len(b)))
    if shorter >= 5 and (a.startswith(b) or b.startswith(a)) and longer - shorter <= 3:
        return 0.85  # "gardener" heard as "garden"
    if shorter < 3 or longer - shorter > 3:
        return 0.0
    if not _share_letters(a, b) and not _share_letters(sounds(a), sounds(b)):
        return 0.0
    spelled = 1 - _distance(a, b) / longer
    heard_a, heard_b = sounds(a), sounds(b)
    heard = 1 - _distance(heard_a, heard_b) / max(len(heard_a), len(heard_b), 3)
    return max(spelled, 0.9 * heard)


def forget() -> None:
    """Drop the words and sentences that are kept from comparing them."""
    for kept in (stem, said_words, sounds, _letters, alike):
        kept.cache_clear()


def best_match(word: str, among: list[str]) -> tuple[float, int]:
    """How well and where `word` occurs among words: (likeness, index), (0.0, -1) for none."""
    if word in among:
        return 1.0, among.index(word)
    found = max(((alike(word, other), -i) for i, other in enumerate(among)), default=(0.0, 1))
    return found[0], -found[1]
