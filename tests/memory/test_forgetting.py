"""What is an order to forget, what it names, and what counts as a yes to the question back."""

# ruff: noqa: RUF001 (Chinese marks)

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from memory import forgetting, forgetting_said
from memory.chinese_words import is_chinese
from memory.forgetting import Wanted, answer, in_sessions, last, wanted
from memory.rows import SessionRow

pytestmark = pytest.mark.unit

S = 10**9
NOW = 1020 * S  # 17:00


@pytest.mark.parametrize(
    ("text", "from_s", "to_s", "named"),
    [
        ("forget the last five minutes", 720, 1020, "the last five minutes"),
        ("Please forget what you saw in the last minute.", 960, 1020, "the last minute"),
        ("Could you delete everything from the past 90 seconds?", 930, 1020, "the past 90 seconds"),
        ("omni erase the first two minutes", 0, 120, "the first two minutes"),
        ("forget what you saw in the past two minutes", 900, 1020, "the past two minutes"),
        ("wipe everything between 1:00 and 2:30", 60, 150, "that time"),
        ("forget what I just said", 960, 1020, "the last minute"),
        ("delete this session", 0, 1020, "this whole session"),
        ("forget today", 0, 1020, "this whole session"),  # the start is not known
        ("forget the last minute and thirty seconds", 930, 1020, "the last minute and thirty seconds"),
        ("forget the last quarter of an hour", 120, 1020, "the last quarter of an hour"),
        ("only forget the last minute", 960, 1020, "the last minute"),
        ("forget what happened just now", 1000, 1020, "that time"),
        ("delete everything but the last minute", 0, 960, "everything of this session but the last minute"),
        ("forget all except for the last two minutes", 0, 900, "everything of this session but the last two minutes"),
        ("forget everything but please keep the last minute", 0, 960, "everything of this session but the last minute"),
        (
            "erase everything apart from what you saw in the first minute",
            60,
            1020,
            "everything of this session but the first minute",
        ),
        ("forget the last five minutes except the last minute", 720, 960, "the last five minutes but the last minute"),
        ("forget everything before the last minute", 0, 960, "that time"),
        ("forget everything up to five minutes ago", 0, 720, "that time"),
        ("forget everything after the first minute", 60, 1020, "that time"),
        ("忘记最近五分钟", 720, 1020, "最近五分钟"),
        ("忘掉刚才五分钟", 720, 1020, "刚才五分钟"),
        ("请把最近两分钟的内容都删除。", 900, 1020, "最近两分钟的内容"),
        ("能不能忘记最近半分钟？", 990, 1020, "最近半分钟"),
        ("删除最近一刻钟", 120, 1020, "最近一刻钟"),
        ("最近五分钟的都删掉吧", 720, 1020, "最近五分钟"),
        ("你能把刚才的事忘了吗", 1000, 1020, "刚才的事"),
        ("忘记我刚才说的话", 960, 1020, "我刚才说的话"),
        ("忘掉这次会话", 0, 1020, "这次会话"),
        ("除了最后一分钟都删除", 0, 960, "除了最后一分钟"),
    ],
)
def test_an_order_that_names_a_time(text: str, from_s: int, to_s: int, named: str) -> None:
    assert wanted(text, NOW) == Wanted(span=(from_s * S, to_s * S), named=named)


@pytest.mark.parametrize("text", ["delete everything", "forget everything you have seen", "Erase your memory, please",
                                  "forget it all", "can you wipe your whole memory", "忘记所有内容",
                                  "清空记忆", "删除你看到的一切"])  # fmt: skip
def test_an_order_that_names_everything(text: str) -> None:
    found = wanted(text, NOW)
    assert found is not None
    assert found.everything


def test_an_order_that_names_a_thing_with_or_without_a_time() -> None:
    assert wanted("forget the red sign", NOW) == Wanted(words="red sign", named="the red sign")
    found = wanted("please forget the red sign from the last minute", NOW)
    assert found is not None
    assert found.words == "red sign"
    assert found.span == (960 * S, NOW)


@pytest.mark.parametrize(
    "text",
    ["forget it", "forget about it", "don't forget the keys", "never forget the last five minutes", "did you forget",
     "I forgot the last five minutes", "do not delete everything", "forget to tell him", "what did you forget",
     "remove", "forget me not", "forget nothing", "别忘了带钥匙", "请不要忘记最近五分钟", "忘了带钥匙", "我忘记了",
     "忘了吧", "你忘记了什么", "你忘记最近五分钟了吗", "不删除最近五分钟"],
)  # fmt: skip
def test_what_only_sounds_like_an_order_is_none(text: str) -> None:
    assert wanted(text, NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes, please.",
        "yeah do it",
        "go ahead",
        "okay",
        "yes forget it",
        "of course",
        "是",
        "好的",
        "对",
        "确认",
        "是的，忘掉它",
    ],
)
def test_yes(text: str) -> None:
    assert answer(text) == "yes"


@pytest.mark.parametrize(
    "text",
    ["no", "No, thank you", "please don't", "stop", "not now", "keep it", "不", "不要", "别删", "算了", "是的不要"],
)
def test_no(text: str) -> None:
    assert answer(text) == "no"


@pytest.mark.parametrize(
    "text",
    [
        "what do you see",
        "yes and what is on the table over there now",
        "yesterday",
        "",
        "yes what time is it",
        "是什么",
        "昨天有什么",
    ],
)
def test_anything_else_is_no_yes(text: str) -> None:
    assert answer(text) == "other"


def test_the_question_back_names_the_times() -> None:
    asked = forgetting_said.ask_span("the last five minutes", 720 * S, NOW)
    assert asked == "Shall I forget the last five minutes, from 12:00 to 17:00? Say yes to do it."


@pytest.mark.parametrize(
    "text",
    [
        "forget everything except the red sign",
        "delete everything but the time between 1:00 and 2:00",
        "forget the red sign but not the blue one",
        "忘记除了红色牌子以外的所有内容",
    ],
)
def test_what_cannot_be_followed_is_refused(text: str) -> None:
    assert wanted(text, NOW) == Wanted(cannot=forgetting_said.NOT_ALL_BUT)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("forget yesterday", "20 00:00", "21 00:00"),
        ("forget everything you saw on monday", "16 00:00", "17 00:00"),
        ("delete what you heard this morning", "21 05:00", "21 12:00"),
        ("forget what you saw between 2 pm and 2:30 pm", "21 14:00", "21 14:30"),
        ("forget everything since 2 pm", "21 14:00", "21 14:40"),
        ("forget what happened at 14:05", "21 14:04", "21 14:06"),
        ("forget the last three hours", "21 11:40", "21 14:40"),
        ("forget today", "21 00:00", "21 14:40"),
        ("忘记昨天的一切", "20 00:00", "21 00:00"),
        ("删除下午两点到两点半之间的记录", "21 14:00", "21 14:30"),
        ("忘记五分钟以前的所有内容", "21 13:00", "21 14:35"),
        ("忘记五分钟以前发生的事", "21 14:34", "21 14:36"),
        ("忘记一小时前的一切", "21 13:28", "21 13:52"),
        ("忘记下午两点以前的所有内容", "21 13:00", "21 14:00"),
        ("forget from monday to now", "16 00:00", "21 14:40"),
        ("forget the last hour of yesterday", "20 23:00", "21 00:00"),
        ("forget yesterday after 5", "20 17:00", "21 00:00"),
        ("forget what happened 20 minutes ago today", "21 14:16", "21 14:24"),
        ("forget what happened here yesterday", "20 00:00", "21 00:00"),
        ("forget this afternoon", "21 12:00", "21 14:40"),
        ("forget this week", "16 00:00", "21 14:40"),
        ("忘掉昨晚十点的事", "20 21:59", "20 22:01"),
        ("忘掉昨天下午三点以后的内容", "20 15:00", "21 00:00"),
        ("忘掉昨天下午两点到三点的所有内容", "20 14:00", "20 15:00"),
        ("忘掉从昨天开始的内容", "20 00:00", "21 14:40"),
        ("忘掉最近三天的内容", "18 14:40", "21 14:40"),
        ("忘掉11月20日下午三点的内容", "20 14:59", "20 15:01"),
        ("忘掉今天下午的内容", "21 12:00", "21 14:40"),
        ("忘掉早上的内容", "21 05:00", "21 12:00"),
        ("忘掉今天凌晨的内容", "21 00:00", "21 05:00"),
    ],
)
def test_days_and_clock_times_where_the_start_is_known(text: str, first: str, last: str) -> None:
    start = datetime(2026, 11, 21, 13, 0)
    found = wanted(text, 6000 * S, start.timestamp())
    assert found is not None
    assert found.words == ""
    assert found.span is not None
    spans = [
        round((datetime.strptime(f"2026-11-{at}", "%Y-%m-%d %H:%M") - start).total_seconds()) for at in (first, last)
    ]
    assert [ns // S for ns in found.span] == spans


@pytest.mark.parametrize(
    ("text", "words"),
    [("forget the sign that says Friday", "sign that says friday"), ("forget the word Monday", "word monday")],
)
def test_a_day_that_stands_in_what_is_to_be_forgotten_is_no_time(text: str, words: str) -> None:
    found = wanted(text, 6000 * S, datetime(2026, 11, 21, 13, 0).timestamp())
    assert found is not None
    assert (found.span, found.words) == (None, words)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("forget everything not from today", forgetting_said.NOT_ALL_BUT),
        ("forget everything without yesterday", forgetting_said.NOT_ALL_BUT),
        ("forget everything no older than an hour", forgetting_said.NOT_ALL_BUT),
        ("forget everything that is not red", forgetting_said.NOT_ALL_BUT),
        ("forget him yesterday", forgetting_said.NOT_WHO),
        ("forget what he did last night", forgetting_said.NOT_WHO),
        ("forget you saw me today", forgetting_said.NOT_WHO),
        ("forget that I was here yesterday", forgetting_said.NOT_WHO),
        ("把他昨天忘掉", forgetting_said.NOT_WHO),
        ("forget what happened an hour ago yesterday", forgetting_said.WHICH_TIME),
        ("forget yesterday and today", forgetting_said.WHICH_TIME),
        ("forget it yesterday", forgetting_said.NOT_WHO),
        ("forget the first and last minute", forgetting_said.WHICH_TIME),
        ("forget the two minutes before the last minute", forgetting_said.WHICH_TIME),
        ("forget yesterday before the first 5 minutes", forgetting_said.WHICH_TIME),
        ("forget everything yesterday after lunch", forgetting_said.WHICH_TIME),
        ("forget everything since lunch", forgetting_said.WHICH_TIME),
        ("forget what we said the other day", forgetting_said.WHICH_TIME),
        ("forget what happened a few nights ago", forgetting_said.WHICH_TIME),
        ("忘掉午饭后听到的一切", forgetting_said.WHICH_TIME),
        ("忘掉前几天的一切", forgetting_said.WHICH_TIME),
        ("forget ten minutes after four", forgetting_said.WHICH_TIME),
        ("删除所有声音", forgetting_said.ONE_SENSE),
        ("删除所有视频", forgetting_said.ONE_SENSE),
        ("删除所有对话", forgetting_said.ONE_SENSE),
        ("删除全部画面", forgetting_said.ONE_SENSE),
        ("删除昨天的所有录像", forgetting_said.ONE_SENSE),
        ("忘记以前的所有声音", forgetting_said.ONE_SENSE),
    ],
)
def test_an_order_that_would_erase_more_than_it_says_is_refused(text: str, said: str) -> None:
    assert wanted(text, 6000 * S, datetime(2026, 11, 21, 13, 0).timestamp()) == Wanted(cannot=said)


@pytest.mark.parametrize(
    "text", ["forget what happened two hours ago", "forget everything older than an hour", "忘记两小时前的一切"]
)
def test_a_time_before_all_that_is_known_holds_nothing(text: str) -> None:
    assert wanted(text, NOW) == Wanted(cannot=forgetting_said.NOTHING_THEN)


def test_everything_but_a_time_before_all_that_is_known_is_refused() -> None:
    assert wanted("forget everything except two hours ago", NOW) == Wanted(cannot=forgetting_said.NOT_ALL_BUT)


@pytest.mark.parametrize(
    ("text", "end_s"),
    [
        ("忘记昨天之前的所有内容", -37 * 3600),
        ("忘记三天以前的所有内容", 6000 - 3 * 86_400),
        ("忘记一周以前的所有内容", 6000 - 7 * 86_400),
        ("忘记11月20日以前的所有内容", -37 * 3600),
    ],
)
def test_everything_before_a_day_in_chinese(text: str, end_s: int) -> None:
    found = wanted(text, 6000 * S, datetime(2026, 11, 21, 13, 0).timestamp())
    assert found is not None
    assert found.span is not None
    assert (found.words, found.span[1]) == ("", end_s * S)
    assert found.span[0] < -(365 * 86_400 * S)


def test_a_thing_seen_before_a_day_in_chinese() -> None:
    found = wanted("忘记昨天以前看到的红色牌子", 6000 * S, datetime(2026, 11, 21, 13, 0).timestamp())
    assert found is not None
    assert found.span is not None
    assert found.span[1] == -37 * 3600 * S
    assert "红色牌子" in found.words


def test_everything_but_today_is_all_that_was_before() -> None:
    start = datetime(2026, 11, 21, 13, 0).timestamp()
    found = wanted("forget everything except today", 6000 * S, start)
    assert found is not None
    assert found.span is not None
    assert found.span[1] == -13 * 3600 * S
    assert forgetting_said.ask_span(found.named, *found.span, start) == (
        "Shall I forget everything but today, from the beginning to Saturday 21 November 00:00? Say yes to do it."
    )


def test_a_clock_time_is_no_length_of_time() -> None:
    found = wanted("forget what you saw at half past two", 6000 * S, datetime(2026, 11, 21, 13, 0).timestamp())
    assert found is not None
    assert found.named == forgetting.THAT_TIME


def test_the_question_back_to_a_chinese_order_names_days_in_chinese() -> None:
    start = datetime(2026, 11, 21, 13, 0).timestamp()
    found = wanted("忘记昨天的一切", 6000 * S, start)
    assert found is not None
    assert found.span is not None
    assert forgetting_said.ask_span(found.named, *found.span, start, chinese=True) == (
        "要我忘掉“昨天的一切”吗？从11月20日星期五00:00到11月21日星期六00:00。说“是”就忘掉。"
    )


def test_the_question_back_tells_days_in_the_zone_of_the_machine() -> None:
    start = datetime(2026, 11, 21, 13, 0, tzinfo=UTC).timestamp()
    asked = forgetting_said.ask_span("that time", -3600 * S, 0, start, zone=ZoneInfo("Europe/Berlin"))
    assert (
        asked
        == "Shall I forget that time, from Saturday 21 November 13:00 to Saturday 21 November 14:00? Say yes to do it."
    )


def test_the_question_back_leaves_no_minute_out_that_is_erased() -> None:
    start = datetime(2026, 11, 21, 13, 0).timestamp()
    asked = forgetting_said.ask_span("the last hour", -1770 * S, 1830 * S, start)
    assert "from Saturday 21 November 12:30 to Saturday 21 November 13:31?" in asked


def test_all_that_is_said_is_said_in_chinese_too() -> None:
    for name, sentence in vars(forgetting_said).items():
        if name.isupper() and not name.startswith("_"):
            assert is_chinese(forgetting_said.told(sentence, chinese=True)), name
            assert forgetting_said.told(sentence, chinese=False) == sentence
    assert is_chinese(forgetting_said.ask_everything(chinese=True))
    moments = forgetting_said.ask_moments("红色牌子", ((0, S), (60 * S, 61 * S)), 1, chinese=True)
    assert moments == "要我忘掉“红色牌子”吗？一共3处，在0:00到1:00之间。说“是”就忘掉。"
    assert (
        forgetting_said.done("最近五分钟", 3, 2, 0, chinese=True) == "好了，我已经忘掉了“最近五分钟”：3件事和2张图片。"
    )
    assert forgetting_said.done("", 1, 0, 2, chinese=True) == "已经删除了，但还有2个文件留有痕迹。"


def test_the_question_back_names_a_year_that_is_not_this_one() -> None:
    start = datetime(2026, 11, 21, 13, 0).timestamp()
    found = wanted("forget November 16, 2025", 6000 * S, start)
    assert found is not None
    assert found.span is not None
    assert forgetting_said.ask_span(found.named, *found.span, start) == (
        "Shall I forget that time, from Sunday 16 November 2025 00:00 to Monday 17 November 2025 00:00? "
        "Say yes to do it."
    )


def session(no: int, start_unix_s: float, seen_s: int) -> SessionRow:
    return SessionRow(no, f"s{no}", "live", start_unix_s, no < 3, seen_s * S, 0, 0, 0, seen_s * S)


def test_a_span_before_a_session_lies_in_those_before_it() -> None:
    rows = [session(1, 1000.0, 60), session(2, 2000.0, 60), session(3, 3000.0, 60), session(4, 3001.0, 60)]
    assert in_sessions((-1000 * S, 10 * S), 3, rows) == ((2, 0, 1010 * S), (3, -1000 * S, 10 * S))
    assert in_sessions((-1990 * S, -1950 * S), 3, rows) == ((1, 10 * S, 50 * S),)
    assert in_sessions((-1500 * S, -1400 * S), 3, rows) == ()


NEVER = 10**6 * S


@pytest.mark.parametrize(
    ("rows", "forgotten"),
    [
        ([session(1, 1000.0, 600), session(2, 1400.0, 200)], [(1, 500, 600), (2, 100, 200)]),  # they go on together
        ([session(1, 1000.0, 600), session(2, 1400.0, 50)], [(1, 500, 600)]),  # the first went on for longer
        ([session(1, 1000.0, 600), session(2, 1650.0, 60)], [(2, -40, 60)]),
        ([session(1, 1000.0, 600), session(2, 1650.0, 20)], [(1, 570, 600), (2, -80, 20)]),
        ([session(1, 9000.0, 600), session(2, 1400.0, 200)], [(2, 100, 200)]),  # a clock that was ahead
    ],
)
def test_the_last_of_all_sessions_that_went_on_together(
    rows: list[SessionRow], forgotten: list[tuple[int, int, int]]
) -> None:
    spans = last(100 * S, rows, [row.seen_ns for row in rows], NEVER)
    reach = {row.no: row.seen_ns for row in rows}
    found = {(no, from_ns // S, min(to_ns, reach[no]) // S) for no, from_ns, to_ns in spans}
    assert {one for one in found if one[1] <= one[2]} == {*forgotten}


def test_of_replays_the_newest_is_meant() -> None:
    rows = [replace(session(no, 1000.0 + no, 600), mode="replay") for no in (1, 2)]  # read faster than they were filmed
    assert last(100 * S, rows, [600 * S] * 2, NEVER) == [(2, 500 * S, 600 * S), (2, 500 * S, NEVER)]
