"""Clock times and days in a stream whose start is known: 13:00 of a Saturday, asked at 14:40."""

from __future__ import annotations

from datetime import datetime

import pytest

from memory.question import understand
from memory.timewords import S, find
from wire.words import tokens

pytestmark = pytest.mark.unit

START = datetime(2026, 11, 21, 13, 0)
ASKED_S = 6000


def moment(text: str) -> float:
    """Seconds of the stream of "14:05" on its day, or of "20 14:05", of that day of the month."""
    day, _, clock = text.rpartition(" ")
    parts = [int(part) for part in clock.split(":")]
    at = START.replace(day=int(day or START.day), hour=parts[0], minute=parts[1], second=[*parts, 0][2])
    return (at - START).total_seconds()


def named(text: str) -> tuple[float, float] | None:
    found = find(tokens(text), ASKED_S * S, START.timestamp())
    return (found.start_ns / S, found.end_ns / S) if found.spanned else None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("what happened at 14:05", "14:04", "14:06"),
        ("what did you see at 2:05 pm", "14:04", "14:06"),
        ("what did you see at 2:05", "14:04", "14:06"),
        ("what was shown at 1:30", "13:29", "13:31"),
        ("what happened at 2.30 pm", "14:29", "14:31"),
        ("what happened between 2.10 and 2.30 pm", "14:10", "14:30"),
        ("what did you see on 10 Nov at 3 pm", "10 14:59", "10 15:01"),
        ("what did you see on Nov 20", "20 00:00", "21 00:00"),
        ("what did you see 2 1/2 hours ago", "11:40", "12:40"),
        ("who was here a fortnight ago", "6 00:00", "9 00:00"),
        ("what happened a week ago today", "14 00:00", "15 00:00"),
        ("what was shown at 13:20:30", "13:20", "13:21"),
        ("what did the sign say at half past one", "13:29", "13:31"),
        ("what did you see at quarter past two", "14:14", "14:16"),
        ("what did the guide tell us at ten to two", "13:49", "13:51"),
        ("what did you see at two fifteen", "14:14", "14:16"),
        ("at two fifteen who was there", "14:14", "14:16"),
        ("who was there around 2 o'clock", "13:59", "14:01"),
        ("what happened at 2pm sharp", "13:59", "14:01"),
        ("what happened at fourteen hundred hours", "13:59", "14:01"),
        ("what happened between 13:30 and 13:45", "13:30", "13:45"),
        ("what happened between 2 pm and 2:30 pm", "14:00", "14:30"),
        ("what happened between 2 and 2:30 pm", "14:00", "14:30"),
        ("what happened between two and half past two", "14:00", "14:30"),
        ("what happened between 1 and 2 in the afternoon", "13:00", "14:00"),
        ("what happened from 13:15 till 13:20", "13:15", "13:20"),
        ("what changed since 14:00", "14:00", "14:40"),
        ("what happened after 2 pm", "14:00", "14:40"),
        ("how many people came in since 2", "14:00", "14:40"),
        ("what happened until half past one", "13:00", "13:30"),
        ("what happened before 2 pm", "13:00", "14:00"),
        ("what happened shortly after 2 pm", "14:00", "14:10"),
        ("who came in just before two o'clock", "13:50", "14:00"),
        ("what happened in the ten minutes before 2 pm", "13:50", "14:00"),
        ("what happened in the half hour after 1 pm", "13:00", "13:30"),
        ("what happened ten minutes before two pm", "13:49", "13:51"),
        ("what happened a quarter of an hour ago", "14:22", "14:28"),
        ("what happened three quarters of an hour ago", "13:46", "14:04"),
        ("what happened half an hour ago", "14:04", "14:16"),
        ("what happened one and a half hours ago", "13:00", "13:28"),
        ("what happened in the last hour and a half", "13:10", "14:40"),
        ("what did i miss from two till now", "14:00", "14:40"),
        ("what was playing on the radio at 13h30", "13:29", "13:31"),
        ("what was the text at minute 14:05", "13:14:01", "13:14:09"),
        ("what was shown at the 1:30 mark", "13:01:26", "13:01:34"),  # a place in the recording
        ("what was shown at 2:05 in the video", "13:02:01", "13:02:09"),
        ("what was shown at 2:05 into the stream", "13:02:01", "13:02:09"),
        ("what was shown at 14:05 of the recording", "13:14:01", "13:14:09"),
        ("what was shown at timestamp 2:05", "13:02:01", "13:02:09"),
        ("what was shown between 2:05 and 2:10 in the video", "13:02:05", "13:02:10"),
        ("what happened after 2:05 in the video", "13:02:05", "14:40"),
        ("what was shown at 02:15", "13:02:11", "13:02:19"),
        ("what was shown between 02:15 and 03:10", "13:02:15", "13:03:10"),
        ("what was shown at 02:15 pm", "14:14", "14:16"),
        ("what was shown at 0:45", "13:00:41", "13:00:49"),  # not a time that the stream holds
        ("what was said between 9:30 and 9:45", "13:09:30", "13:09:45"),
    ],
)
def test_clock_times(text: str, start: str, end: str) -> None:
    assert named(text) == pytest.approx((moment(start), moment(end)))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("what did you hear this morning", "5:00", "12:00"),
        ("what happened this afternoon at two", "13:59", "14:01"),
        ("what did we talk about today", "0:00", "14:40"),
        ("what happened yesterday", "20 0:00", "21 0:00"),
        ("what did you see yesterday afternoon", "20 12:00", "20 18:00"),
        ("what did the sign say yesterday at 3", "20 14:59", "20 15:01"),
        ("who was here yesterday between 8 and 10 in the evening", "20 20:00", "20 22:00"),
        ("who came in after five yesterday", "20 17:00", "21 0:00"),
        ("who was here last night", "20 18:00", "21 6:00"),
        ("what did you see last night at 2", "21 1:59", "21 2:01"),
        ("what happened last night between 11 and 1", "20 23:00", "21 1:00"),
        ("who was here two days ago", "19 0:00", "20 0:00"),
        ("what happened the day before yesterday in the evening", "19 17:00", "20 0:00"),
        ("what happened on Monday", "16 0:00", "17 0:00"),
        ("what happened on tuesday between 2 and 3 pm", "17 14:00", "17 15:00"),
        ("what did you see from monday to wednesday", "16 0:00", "19 0:00"),
        ("what did you see on monday morning", "16 5:00", "16 12:00"),
        ("what did you hear on wednesday last week", "11 0:00", "12 0:00"),
        ("what did the sign say last Friday", "20 0:00", "21 0:00"),
        ("what happened on the 20th of november", "20 0:00", "21 0:00"),
        ("what happened on 2026-11-20", "20 0:00", "21 0:00"),
        ("what happened on Friday the 13th of November", "13 0:00", "14 0:00"),
        ("who visited yesterday from 3 to 5", "20 15:00", "20 17:00"),
        ("what did you see at half two", "14:29", "14:31"),
        ("who came in after half one", "13:30", "14:40"),
        ("what happened between half one and half two", "13:30", "14:30"),
        ("what did you see yesterday at half two", "20 14:29", "20 14:31"),
        ("what did you see at half two in the afternoon", "14:29", "14:31"),
        ("what did you see at half ten this morning", "10:29", "10:31"),
        ("what did you see at quarter to two", "13:44", "13:46"),
        ("what happened at noon", "11:59", "12:01"),
        ("what did you hear two nights ago", "19 18:00", "20 6:00"),
        ("who was here three evenings ago", "18 17:00", "19 0:00"),
        ("what did you see a couple of mornings ago", "19 5:00", "19 12:00"),
        ("what did you see a few days ago", "16 0:00", "20 0:00"),
        ("what did you see a few nights ago", "16 0:00", "20 0:00"),
        ("what did you see several days ago", "15 0:00", "19 0:00"),
        ("what did you see this lunchtime", "11:00", "14:00"),
        ("what did you see earlier today", "0:00", "14:40"),
        ("what did you see earlier on today", "0:00", "14:40"),
        ("what did you see earlier this morning", "5:00", "12:00"),
        ("what did you see over the last weekend", "14 0:00", "16 0:00"),
        ("what did you see since lunch", "12:00", "14:40"),
        ("who came in after lunch", "12:00", "14:40"),
        ("what happened before lunch", "0:00", "14:00"),
        ("what did we talk about over lunch", "12:00", "14:00"),
        ("what did they say at breakfast", "6:00", "10:00"),
        ("what did you hear since dinner", "20 18:00", "14:40"),
        ("what did you see before dinner yesterday", "20 0:00", "20 21:00"),
        ("what did you see yesterday after lunch", "20 12:00", "21 0:00"),
        ("what did we say the other day", "7 0:00", "21 0:00"),
        ("who came in the other night", "7 0:00", "21 0:00"),
        ("who called while i was out this afternoon", "12:00", "14:40"),
        ("what did you see the night before last", "19 18:00", "20 6:00"),
        ("what happened last week", "9 0:00", "16 0:00"),
        ("what happened in the last three days", "18 14:40", "14:40"),
        ("what happened a week ago", "13 0:00", "16 0:00"),
        ("what happened since yesterday", "20 0:00", "14:40"),
        ("what happened after yesterday", "21 0:00", "14:40"),
        ("what happened since ten this morning", "10:00", "14:40"),
        ("what happened three hours ago", "11:04", "12:16"),
        ("what happened in the last three hours", "11:40", "14:40"),
        ("what did you see at 10 am", "9:59", "10:01"),
        ("what happened around midnight", "20 23:59", "21 0:01"),
        ("tell me about yesterday", "20 0:00", "21 0:00"),
        ("what happened 20 minutes ago today", "14:16", "14:24"),
        ("what happened today an hour ago", "13:28", "13:52"),
        ("what happened in the last 5 minutes today", "14:35", "14:40"),
        ("what happened in the last hour of yesterday", "20 23:00", "21 0:00"),
        ("what happened in the last hour of today", "13:40", "14:40"),
        ("what happened in the first 5 minutes of yesterday", "20 0:00", "20 0:05"),
        ("what happened last night after midnight", "21 0:00", "21 6:00"),
        ("what happened yesterday after 5", "20 17:00", "21 0:00"),
        ("what happened yesterday afternoon after 3", "20 15:00", "20 18:00"),
        ("what happened between monday and wednesday", "16 0:00", "19 0:00"),
        ("what happened between monday and saturday", "16 0:00", "14:40"),
        ("what happened from thursday to saturday", "19 0:00", "14:40"),
        ("what happened from monday to now", "16 0:00", "14:40"),
        ("what happened from 10 pm yesterday to 2 am", "20 22:00", "21 2:00"),
        ("what happened ten minutes after two", "14:09", "14:11"),
        ("what happened yesterday at 02:15", "20 14:14", "20 14:16"),
        ("what happened on November 16, 2026", "16 0:00", "17 0:00"),
        ("what happened on 16 November 2026", "16 0:00", "17 0:00"),
        ("what happened on the 16th of November 2026", "16 0:00", "17 0:00"),
        ("what happened on November 16, 2026 at 3 pm", "16 14:59", "16 15:01"),
        ("what happened on November 16 at 1530", "16 15:29", "16 15:31"),
        ("what happened yesterday 1400 hours", "20 13:59", "20 14:01"),
        ("what did the sign say on monday", "16 0:00", "17 0:00"),
        ("what did he say to the woman on monday", "16 0:00", "17 0:00"),
        ("did you hear a bell on monday", "16 0:00", "17 0:00"),
        ("what did she say about the party yesterday", "20 0:00", "21 0:00"),
        ("who said hello at 2 pm", "13:59", "14:01"),
        ("what is written on the sign at 2:10", "14:09", "14:11"),
        ("what did you hear just after 2 pm", "14:00", "14:10"),
    ],
)
def test_days_and_what_was_before_the_start(text: str, start: str, end: str) -> None:
    assert named(text) == pytest.approx((moment(start), moment(end)))


@pytest.mark.parametrize(
    ("text", "year", "month", "day"),
    [
        ("what happened on November 16, 2025", 2025, 11, 16),
        ("what happened on 16 November 2025", 2025, 11, 16),
        ("what happened on 3 March 2024", 2024, 3, 3),
        ("what happened on March 3 2024", 2024, 3, 3),
        ("what happened on December 31, 2024", 2024, 12, 31),
    ],
)
def test_a_date_with_a_year_is_of_that_year(text: str, year: int, month: int, day: int) -> None:
    begun_s = (datetime(year, month, day) - START).total_seconds()
    assert named(text) == pytest.approx((begun_s, begun_s + 86_400))


@pytest.mark.parametrize(
    "text",
    [
        "what happened an hour ago yesterday",
        "what happened in the last 5 minutes yesterday",
        "what happened yesterday from 3",
        "what happened yesterday and today",
        "what happened last night after 7 am",
        "what happened ten minutes after four",
    ],
)
def test_a_time_that_cannot_be_narrowed_soundly_is_no_span(text: str) -> None:
    found = find(tokens(text), ASKED_S * S, START.timestamp())
    assert found.unclear
    assert not found.spanned


def test_a_date_of_a_year_to_come_is_no_span() -> None:
    assert named("what happened on November 16, 2027") is None


@pytest.mark.parametrize("text", ["what happened before yesterday", "what happened until yesterday evening"])
def test_what_has_no_beginning_reaches_back_as_far_as_anything(text: str) -> None:
    found = named(text)
    assert found is not None
    assert found[0] < -86_400 * 365
    assert found[1] <= moment("21 0:00")


@pytest.mark.parametrize(
    "text",
    [
        "who was in room 14:05",
        "when does the 14:05 train leave",
        "when does the train at 9:30 leave",
        "which trains leave after 14:00",
        "what does the tour at 14:05 cost",
        "what happened at 5 people",
        "what did he say about two people",
        "what is the number between 2 and 3",
        "what was the score 2:10",
        "is the museum open on monday",
        "what does the sign say about opening in the morning",
        "what did they say about the meeting on monday",
        "what was the special on friday",
        "what is on the menu today",
        "what is on tonight",
        "what stood in yesterday's newspaper",
        "what happens on the 5th of may",
        "when was the last time you saw my keys",
        "what did the sign say the first time",
        "may i see the march photos",
        "how many babies were born last night",
        "why is the shop shut since yesterday",
        "what bangs at noon",
        "what can we buy to eat at midday",
        "where do we eat this morning",
        "who was picked to stand guard on sunday night",
        "what happens at two pm",
        "did the sign say open on sunday",
        "what did the sign say about opening on sunday",
        "did the sign say monday",
        "did she say monday or tuesday",
        "when did she say the party is on saturday",
        "who said they open at 9 am",
        "who said they open at 9:30",
        "what did the man say about the train at 5 pm",
        "was the meeting moved to friday",
        "who said see you on monday",
        "what did the sign say was closed until monday",
        "what did the tuesday sign say",
        "what was on the lunch menu",
        "did you see half the people",
        "did you see half two apples",
        "who came in before lunch was served",
        "what did you see on the lunch table",
        "what game did they play after dinner",
        "how much did we earn before lunch",
        "which pill must be swallowed before breakfast",
        "who said they eat after lunch",
        "what did the sign say about after lunch care",
        "how long did he search the other day",
        "did you see the other day care centre",
        "what did you see on the other side",
        "did you hear the morning bell",
        "what did the night guard say",
        "what did you see at half",
        "did you hear the museum opens on monday",
    ],
)
def test_what_only_looks_like_a_time(text: str) -> None:
    assert named(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "what happened 99999999999 days ago",
        "what happened in the last 99999999999999 weeks",
        "what happened 99999999999999999999 hours ago",
        "what happened at 25:99 on the 31st of february",
        "what happened on 2026-13-40 at 99 pm",
        "what happened between 0 and 0 yesterday",
    ],
)
def test_nonsense_is_no_failure_and_fits_a_number_of_64_bits(text: str) -> None:
    found = find(tokens(text), ASKED_S * S, START.timestamp())
    assert -(2**63) < found.start_ns <= found.end_ns <= ASKED_S * S


def test_without_a_known_start_days_stay_words_and_clock_times_places_in_the_recording() -> None:
    words = tokens("what happened between 13:30 and 13:45")
    found = find(words, ASKED_S * S)
    assert (found.start_ns, found.end_ns) == (810 * S, 825 * S)
    for text in ("what happened yesterday", "what happened on monday", "what happened after 2 pm"):
        found = find(tokens(text), ASKED_S * S)
        assert not found.spanned
        assert found.rest == tuple(tokens(text))


def test_the_rest_of_the_question_stays() -> None:
    found = find(tokens("did anyone come in late last night"), ASKED_S * S, START.timestamp())
    assert found.rest == ("did", "anyone", "come", "in")
    assert found.at_ns == -1  # no moment of this stream


def test_a_time_with_points_is_one_clause() -> None:
    cues = understand(
        "What did you see between 2 p.m. and 2:30 p.m.?", t_ns=ASKED_S * S, start_unix_s=START.timestamp()
    )
    assert (cues.start_ns / S, cues.end_ns / S) == (moment("14:00"), moment("14:30"))


@pytest.mark.parametrize(
    "text",
    [
        "what did you see at the end of the street",
        "what is in the middle of the table",
        "where does the train at 1:00 pm go",
        "what was sold at 14.30 euros",
    ],
)
def test_places_and_facts_are_no_times(text: str) -> None:
    assert named(text) is None


def test_words_of_a_written_date_stay_where_it_is_no_time() -> None:
    assert find(tokens("chimney sweep on 11 Nov"), ASKED_S * S, START.timestamp()).rest[-1] == "nov"
