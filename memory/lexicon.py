"""The words questions are made of: what kind of thing a noun names, colours, shapes, what a verb says happened.

Tables and the repair of misheard words towards them; no grammar. Stems are those of `wire.words.stem`.
"""

from __future__ import annotations

from wire.words import alike, number, stem, stem_set, word_set

_KINDS: dict[str, str] = {
    "text": "sign board blackboard whiteboard poster slide label banner notice placard billboard plaque page title "
    "headline"
    " heading caption subtitle word text writing letter lettering inscription menu card paper sentence note print"
    " signpost door gate name number price date address phone telephone website message email message screen display"
    " line list ticket plate nameplate chalkboard bulletin ad advert advertisement logo brochure flyer leaflet sticker"
    " panel sheet noticeboard timetable schedule newspaper book cover bullet digit figure",
    "code": "qr qrcode barcode code",
    "people": "person man woman guy boy girl child kid anybody anyone somebody someone everybody everyone nobody "
    "visitor"
    " guest customer individual folk human pedestrian lady gentleman passenger student worker",
    "face": "face",
    "object": "object shape circle ball square box triangle rectangle star dot disc disk thing item block bar ring oval"
    " ellipse diamond rhombus hexagon pentagon cross arrow sphere cube blob figure balloon",
    "light": "light lamp lighting brightness illumination darkness",
    "colour": "colour background backdrop wall backcloth picture",
    "sound": "music sound noise song melody tune bang beep clap explosion knock silence jingle bell alarm thud crash",
    "speech": "narrator speaker voice commentator announcer presenter guide speech commentary narration announcement"
    " talk moderator storyteller reader host",
    "scene": "scene image view video clip shot cut stream footage frame",
}
KIND_OF: dict[str, str] = {}
for _kind, _words in _KINDS.items():
    for _word in _words.split():
        KIND_OF.setdefault(stem(_word), _kind)
VAGUE = stem_set("thing item something anything everything nothing one it that this they them")
# Nouns that are also named by what stands on them; "the number on the door" is about the number.
ANSWERS: dict[str, str] = {
    stem(word): wants
    for wants, words in {
        "number": "number digit figure platform gate track",
        "price": "price cost fee fare charge",
        "date": "date day year month",
        "phone": "phone telephone",
        "name": "name",
        "website": "website url address link email",
        "time": "time hour",
    }.items()
    for word in words.split()
}

COLOURS: dict[str, str] = {
    "red": "red", "crimson": "red", "scarlet": "red", "green": "green", "lime": "green", "blue": "blue",
    "navy": "blue", "yellow": "yellow", "golden": "yellow", "gold": "yellow", "orange": "orange", "purple": "purple",
    "violet": "purple", "pink": "pink", "magenta": "pink", "cyan": "cyan", "turquoise": "cyan", "teal": "cyan",
    "brown": "brown", "black": "black", "white": "white", "grey": "grey", "silver": "grey", "beige": "beige",
}  # fmt: skip
SHAPES: dict[str, str] = {
    "circle": "circle", "ball": "circle", "disc": "circle", "disk": "circle", "dot": "circle", "sphere": "circle",
    "round": "circle", "balloon": "circle", "square": "square", "cube": "square", "box": "square",
    "block": "square", "triangle": "triangle", "triangular": "triangle", "rectangle": "rectangle", "bar": "rectangle",
    "rectangular": "rectangle", "star": "star", "diamond": "diamond", "rhombus": "diamond", "ellipse": "oval",
    "oval": "oval", "cross": "cross", "plus": "cross", "arrow": "arrow", "hexagon": "hexagon",
    "pentagon": "pentagon", "ring": "ring", "heart": "heart", "moon": "crescent", "crescent": "crescent",
}  # fmt: skip
SHAPE_OF = {stem(word): shape for word, shape in SHAPES.items()}
SIDES = {"left": "left", "right": "right", "up": "up", "upwards": "up", "upward": "up", "down": "down",
         "downwards": "down", "downward": "down", "top": "up", "bottom": "down", "leftwards": "left",
         "rightwards": "right", "sideways": "sideways"}  # fmt: skip
SOUNDS: dict[str, str] = {
    "music": "music", "song": "music", "melody": "music", "tune": "music", "jingle": "music", "noise": "noise",
    "hiss": "noise", "static": "noise", "bang": "bang", "clap": "bang", "explosion": "bang", "knock": "bang",
    "thud": "bang", "crash": "bang", "shot": "bang", "gunshot": "bang", "beep": "music", "tone": "music",
    "silence": "silence", "silent": "silence", "quiet": "silence", "speech": "speech", "talking": "speech",
}  # fmt: skip

_DEEDS: dict[str, str] = {
    "enter": "enter arrive join",
    "leave": "leave exit depart",
    "start": "start begin commence open",
    "end": "stop end finish cease over close",
    "appear": "appear show display see visible emerge shown occur notice spot watch look view happen",
    "vanish": "disappear vanish hide",
    "move": "move go travel cross drift slide fly roll bounce run swim float head pass drive fall rise walk",
    "change": "change switch turn alter repaint paint become",
    "say": "say mention talk speak tell announce explain describe state read claim call ask discuss report narrate",
    "hear": "hear listen sound play",
}
DEED_OF: dict[str, str] = {}
for _deed, _words in _DEEDS.items():
    for _word in _words.split():
        DEED_OF.setdefault(stem(_word), _deed)

# Words that frame a question and tell nothing of what it is about.
FRAME = stem_set(
    "time moment point way direction side kind sort type many much long often far ago first last next previous"
    " other another same different exactly really actually please maybe anything something thing happen there here"
    " video stream recording film clip picture screen image currently visible seen shown show see saw look watch appear"
    " display come go came went hear heard remember know think tell say said mention earlier before after during while"
    " word written write read back ever else following certain particular able possible do did done ready stay remain"
    " last take stand standing sit sitting wait waiting everything find given give far so early late sure true quickly"
)

_ORDINARY = {
    "what", "which", "who", "when", "where", "how", "why", "did", "does", "do", "was", "were", "is", "are", "the",
    "you", "see", "say", "said", "many", "long", "there", "now", "first", "last", "come", "came", "tell", "me", "of",
    "on", "in", "at", "it", "that", "this", "be", "with", "for", "has", "have", "had", "and", "or", "to", "a", "an",
    "some", "any", "about", "out", "up", "get", "got", "not", "no", "yes", "go", "they", "then", "than", "but", "by",
    "before", "after", "while", "during", "ago", "way", "time", "one", "two", "read", "word", "start", "end", "move",
    "hear", "good", "been", "moved", "going", "moving", "show", "play", "change", "changed", "happen", "happened",
}  # fmt: skip
_BEFORE_NOW = frozenset(("is", "how", "what", "are", "who", "do", "can"))  # "is anybody there no" meant "now"
_REPAIRED = 0.8  # likeness from which an unknown word is taken for a word of the table
_REPAIR_TO = [
    "triangle", "rectangle", "background", "narrator", "direction", "visible", "brighter", "written",
]  # fmt: skip
# What recognisers make of frequent phrases.
_PHRASES = {
    "you are code": "qr code", "your code": "qr code", "cue are": "qr", "q are": "qr", "queue are": "qr",
    "u are code": "qr code", "que la code": "qr code", "key are code": "qr code", "bar code": "barcode",
    "that qr": "the qr", "try and": "triangle", "back ground": "background", "black board": "blackboard",
    "white board": "whiteboard", "some of what": "sum up what", "some up": "sum up", "some look what": "sum up what",
    "is they": "is there", "was their": "was there", "is their": "is there", "with their": "was there",
    "their now": "there now", "was assigned": "was the sign", "does assigned": "does the sign",
    "did assigned": "did the sign", "who many": "how many", "how money": "how many", "did you sign": "did the sign",
    "the sign saying": "the sign say", "the signs a": "the sign say", "the signs say": "the sign say",
    "sign stay": "sign say", "sign state": "sign say", "let is change": "what changed",
    "the science a": "the sign say", "qi ar": "qr", "which waited": "which way did",
    "signed abuse he": "sign did you see",
    "in blew": "in blue",
    "halong": "how long", "how long go": "how long ago", "persins": "persons", "coat hole": "code hold",
    "but killer": "what colour", "trianvolt": "triangle", "sartall": "circle", "on the barred": "on the board",
}  # fmt: skip


def repair(words: list[str]) -> list[str]:
    """Words as they were most likely spoken: phrases that recognisers break, and near misses of frequent words."""
    out, text = list(words), " ".join(words)
    for broken, whole in _PHRASES.items():
        if broken not in text:
            continue
        parts = broken.split()
        for i in range(len(out) - len(parts), -1, -1):
            if out[i : i + len(parts)] == parts:
                out[i : i + len(parts)] = whole.split()
        text = " ".join(out)
    if len(out) > 3 and out[0] == "why" and out[1] in ("was", "is", "did", "colour", "number"):
        out[0] = "what"  # a short vowel at the very start is often lost
    if (
        len(out) > 3
        and out[-1] == "red"
        and out[-2] in ("you", "we", "i", "a", "see", "they")
        and "word" in "".join(out)
    ):
        out[-1] = "read"
    if out[-2:-1] in (["we"], ["you"], ["i"]) and out[-1] == "saw" and out[-3:-2] == ["time"] and out[0] == "what":
        out[-3] = "sign"  # "what was the first sign we saw"
    if out[-3:-1] == ["to", "the"] and out[-1] in ("white", "like", "right") and {"happen", "happened"} & set(out):
        out[-1] = "light"
    if out[-1:] == ["recently"] and "moving" in out[:-1]:
        out[out.index("moving") + 1 :] = ["most", "recently"]
    for i in range(len(out) - 1):
        if out[i] in ("was", "turned", "became") and out[i + 1] == "read" and "colour" in out:
            out[i + 1] = "red"
    if "colour" in out:  # "what colour did the wall turn", "did the wall have before"
        for i in range(len(out) - 2):
            named = out[i] in ("the", "this", "that") and out[i + 1] in _LIKE_A_WALL
            if (named or out[i : i + 2] == ["we", "all"]) and out[i + 2] in _WALLS_DO:
                out[i : i + 2] = ["the", "wall"]
    if out[-1:] == ["cargo"] and out[-2] in COLOURS and "did" in out:  # "to which side did the orange car go"
        out[-1:] = ["car", "go"]
    if out[:4] == ["when", "was", "there", "to"]:
        out[0] = "what"
    if out[:1] == ["q"] and out[1:2] in (["is"], ["was"], ["are"]):
        out[0] = "who"
    if len(out) > 3 and out[-1] in ("no", "know", "though") and out[0] in _BEFORE_NOW:
        out[-1] = "now"
    return _respaced([_repaired(word) for word in out])


_LIKE_A_WALL = word_set("well wool whale world wal law war walls")
_WALLS_DO = word_set("turn turned change changed become became have had get got go went end be")


def _respaced(words: list[str]) -> list[str]:
    """ "greens were" is "green square": a colour whose shape ran into it."""
    out = list(words)
    for i in range(len(out) - 1):
        first, joined = out[i], out[i] + out[i + 1]
        colour = next((c for c in COLOURS if len(c) > 2 and first.startswith(c) and first != c), "")
        if not colour:
            continue
        likeness, shape = max(
            (alike(joined, colour + s), s) for s in ("circle", "square", "triangle", "star", "ball", "sign")
        )
        if likeness >= _REPAIRED:
            out[i], out[i + 1] = colour, shape
    return out


def _repaired(word: str) -> str:
    if len(word) < 5 or word in _ORDINARY or is_known(word) or number(word) is not None:
        return word
    likeness, target = max((alike(word, known), known) for known in _REPAIR_TO)
    return target if likeness >= _REPAIRED and word[0] == target[0] else word


def is_known(word: str) -> bool:
    """Whether the tables hold the word."""
    base = stem(word)
    return base in KIND_OF or base in DEED_OF or word in COLOURS or word in SHAPES or word in SOUNDS or base in ANSWERS
