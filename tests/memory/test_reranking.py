"""What reading a question and a sentence together counts: which questions, which sentences, and what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memory.backends.fake import FakeOptions, FakeReranker, FakeTextEncoder
from memory.backends.sentences import SentenceCompressor, SentenceOptions
from memory.embedder import Embedder
from memory.odds import UNREAD, Reading
from memory.reading import READ, chosen, weighed, worth_doubting, worth_reading
from memory.recall import FOUND, NO_FIND, WORDS_ALONE, strength_of
from memory.shortlist import Judgement
from wire.messages import Cues, Mention

pytestmark = pytest.mark.unit

FACT = Cues(ask="fact")
ODDS = {5: 3.0, 7: 1.0, 9: 0.5}  # by sentence, best first
LINES = {
    5: "the tall amphora is promised to the opera", 7: "the opera sent two tickets", 13: "25 µm of glaze",
    15: "the last one",
}  # fmt: skip
KNOWN = Judgement(
    cosines=dict.fromkeys(ODDS, 0.5),
    shares={5: 1.0, 7: 0.5, 9: 0.9, 11: 0.2},
    crowding={},
    background=0.2,
    others=0.2,
    space="minilm",
    bears={**{number: strength_of(odds) for number, odds in ODDS.items()}, 11: 0.3},
    looked_at=[5, 7, 9, 11],
    promising=[5, 7, 9, 11],
    odds=ODDS,
    here=frozenset(ODDS),
    lines=LINES,
)
BOTH = Reading(of_signs=0.5, of_read=1.0, bias=0.0)


@pytest.mark.parametrize(
    "cues",
    [
        replace(FACT, follow_up=True), replace(FACT, now=True), replace(FACT, spanned=True), Cues(ask="when"),
        replace(FACT, order="last"), replace(FACT, relation="after", anchor="the red sign"), Cues(ask="summary"),
        Cues(ask="text"),
    ],
)  # fmt: skip
def test_what_a_single_sentence_cannot_answer_is_not_read(cues: Cues) -> None:
    assert worth_reading(FACT, ())
    assert worth_reading(replace(FACT, relation="during", anchor="it is raining"), ())
    assert worth_reading(Cues(ask="said", about=Mention(content=("prize", "programme"))), ())
    assert not worth_reading(cues, ())
    assert not worth_reading(FACT, ("red", "blue"))


@pytest.mark.parametrize(
    ("cues", "doubted"),
    [
        (replace(FACT, order="last"), True), (replace(FACT, relation="after", anchor="an accident"), True),
        (Cues(ask="text", about=Mention(content=("kangaroos",))), True), (Cues(ask="text"), False),
        (Cues(ask="said", order="last"), False), (Cues(ask="when"), False), (Cues(ask="order", order="first"), False),
        (replace(FACT, order="last", spanned=True), False), (replace(FACT, order="last", follow_up=True), False),
    ],
)  # fmt: skip
def test_what_several_sentences_may_answer_is_doubted_where_none_has_to_do_with_it(cues: Cues, doubted: bool) -> None:
    assert worth_doubting(cues, ()) is doubted
    assert not worth_doubting(cues, ("red", "blue"))


def test_doubting_changes_nothing_where_one_sentence_counts_as_an_answer() -> None:
    assert weighed(KNOWN, {5: -6.0, 7: 4.0}, BOTH, doubting=True) is KNOWN
    doubted = weighed(KNOWN, {5: -6.0, 7: -6.0}, BOTH, doubting=True)
    assert doubted.bears == weighed(KNOWN, {5: -6.0, 7: -6.0}, BOTH).bears
    assert max(doubted.bears[number] for number in ODDS) < FOUND


def test_the_nearest_are_read_in_order_and_nothing_in_letters_that_were_not_learned() -> None:
    assert chosen(KNOWN, "What will the opera do?") == dict(list(LINES.items())[:READ])
    assert chosen(KNOWN, "Was macht die Oper später?")
    assert not chosen(KNOWN, "歌剧院会做什么")
    assert not chosen(replace(KNOWN, lines={5: "歌剧院"}), "What will the opera do?")


def test_what_reading_refuses_is_found_neither_by_signs_nor_by_words() -> None:
    read = weighed(KNOWN, {5: -6.0, 7: -6.0}, BOTH)
    assert read.bears[5] == strength_of(-4.5) < FOUND
    assert read.bears[9] == NO_FIND < FOUND  # it was not read
    assert all(read.shares[n] - WORDS_ALONE <= read.bears[n] + 1e-9 for n in ODDS)
    assert read.read
    assert read.bears[11] == 0.3  # no sentence of words
    assert read.shares[11] == 0.2


def test_what_reading_confirms_comes_first() -> None:
    read = weighed(KNOWN, {5: -6.0, 7: 4.0}, BOTH)
    assert read.bears[7] == strength_of(4.5) > read.bears[9] > read.bears[5]
    assert list(read.promising) == [7, 9, 11]
    again = weighed(replace(KNOWN, promising=[]), {5: 5.0, 7: -9.0}, BOTH)
    assert list(again.promising) == [5]  # too weak by its signs alone


def test_what_another_session_holds_is_not_less_for_what_was_read_of_this_one() -> None:
    read = weighed(replace(KNOWN, here=frozenset({5, 7})), {5: -6.0, 7: -6.0}, BOTH)
    assert read.bears[9] == KNOWN.bears[9] > FOUND
    assert read.shares[9] == KNOWN.shares[9]


def test_without_a_fit_the_signs_decide() -> None:
    assert weighed(KNOWN, {5: -9.0}, UNREAD).bears[5] == KNOWN.bears[5]


def test_the_embedder_reads_with_the_reranker_that_it_was_given() -> None:
    encoder, compressor = FakeTextEncoder(FakeOptions()), SentenceCompressor(SentenceOptions())
    embedder = Embedder(encoder, compressor, FakeReranker(FakeOptions()))
    assert embedder.drafter.rereads
    tickets = embedder.weigh("How many tickets came?", replace(KNOWN, lines={n: LINES[n] for n in (5, 7)}))
    assert tickets.bears[7] > KNOWN.bears[7]
    assert tickets.bears[5] < FOUND
    without = Embedder(encoder, compressor)
    assert not without.drafter.rereads
    assert without.weigh("How many tickets came?", KNOWN) is KNOWN
