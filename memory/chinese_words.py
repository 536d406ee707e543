"""Chinese words of questions with the English ones that memory's rules know, and Chinese text as terms. Tables."""

from __future__ import annotations

import re
from functools import lru_cache

RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_PIECE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\u3400-\u4dbf\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-zA-Z]+")

COLOURS = {
    "红": "red", "绿": "green", "蓝": "blue", "黄": "yellow", "橙": "orange", "橘": "orange", "紫": "purple",
    "粉红": "pink", "粉": "pink", "青": "cyan", "棕": "brown", "褐": "brown", "咖啡": "brown", "黑": "black",
    "白": "white", "灰": "grey", "银": "silver", "金": "gold",
}  # fmt: skip
COLOUR_OF = re.compile(
    r"(?:深|浅|淡|大)?("
    + "|".join(sorted(COLOURS, key=len, reverse=True))
    + r")(?:颜?色|(?=[牌灯衣车方圆球三字门墙背箱线])|(?=的))"
)

# Longer words stand for themselves before their parts do.
NOUNS = {
    "二维码": "qr code", "条形码": "barcode", "牌子": "sign", "标牌": "sign", "标志": "sign", "招牌": "sign",
    "指示牌": "sign", "告示": "notice", "通知": "notice", "海报": "poster", "幻灯片": "slide", "黑板": "blackboard",
    "白板": "whiteboard", "屏幕": "screen", "显示屏": "screen", "标签": "label", "菜单": "menu", "卡片": "card",
    "横幅": "banner", "标题": "title", "字幕": "caption", "文字": "text", "字": "text", "单词": "word",
    "句子": "sentence", "号码": "number", "数字": "number", "价格": "price", "价钱": "price", "日期": "date",
    "电话号码": "phone number", "电话": "phone number", "名字": "name", "姓名": "name", "网址": "website",
    "网站": "website", "地址": "address", "房间号": "room number", "门牌": "sign", "车牌": "plate", "书": "book",
    "票": "ticket", "门": "door", "人们": "people", "男人": "man", "男士": "man", "女人": "woman", "女士": "woman",
    "男孩": "boy", "女孩": "girl", "孩子": "child", "小孩": "child", "客人": "guest", "人": "person", "脸": "face",
    "人脸": "face", "圆形": "circle", "圆圈": "circle", "圆": "circle", "球": "ball", "正方形": "square",
    "方块": "square", "方形": "square", "三角形": "triangle", "三角": "triangle", "长方形": "rectangle",
    "矩形": "rectangle", "五角星": "star", "星星": "star", "星形": "star", "箭头": "arrow", "形状": "shape",
    "图形": "shape", "东西": "thing", "物体": "object", "物品": "object", "灯光": "light", "灯": "light",
    "光线": "light", "亮度": "brightness", "背景": "background", "墙": "wall", "画面": "picture", "镜头": "scene",
    "场景": "scene", "音乐": "music", "歌": "song", "声音": "sound", "噪音": "noise", "响声": "bang", "巨响": "bang",
    "铃声": "bell", "解说员": "narrator", "旁白": "narrator", "主持人": "host", "讲话人": "speaker",
    "演讲者": "speaker", "说话的人": "speaker", "老师": "teacher", "汽车": "car", "车": "car", "狗": "dog",
    "猫": "cat", "桌子": "table", "手机": "phone", "事故": "accident", "左边": "left",
    "右边": "right", "左侧": "left", "右侧": "right", "它们": "they", "它": "it",
}  # fmt: skip
# Verbs: what they say after "did", and in the past.
DEEDS = {
    "走进来": ("come in", "came in"), "走进": ("come in", "came in"), "进来": ("come in", "came in"),
    "进入": ("enter", "entered"), "进门": ("come in", "came in"), "到达": ("arrive", "arrived"),
    "来": ("come in", "came in"), "离开": ("leave", "left"), "走开": ("leave", "left"), "出去": ("leave", "left"),
    "走出": ("leave", "left"), "走了": ("leave", "left"), "走": ("leave", "left"), "出现": ("appear", "appeared"),
    "消失": ("disappear", "disappeared"), "不见": ("disappear", "disappeared"), "开始": ("start", "started"),
    "响起": ("start", "started"), "结束": ("stop", "stopped"), "停止": ("stop", "stopped"),
    "停": ("stop", "stopped"), "移动": ("move", "moved"), "动": ("move", "moved"), "跑": ("move", "moved"),
    "飞": ("move", "moved"), "变化": ("change", "changed"), "改变": ("change", "changed"),
    "变": ("change", "changed"), "提到": ("mention", "mentioned"), "说到": ("mention", "mentioned"),
    "谈到": ("mention", "mentioned"), "说话": ("say", "said"),
    "讲话": ("say", "said"), "讲": ("say", "said"), "说": ("say", "said"), "熄灭": ("go out", "went out"),
    "灭": ("go out", "went out"), "关": ("go out", "went out"), "关掉": ("go out", "went out"),
    "打开": ("go on", "went on"), "亮起": ("go on", "went on"),
    "变暗": ("get dark", "got dark"), "变黑": ("get dark", "got dark"), "变亮": ("get bright", "got bright"),
    "响": ("sound", "sounded"),
}  # fmt: skip
# Words that frame a question, or follow number and noun, and name nothing.
EMPTY = (
    "我们", "你们", "他们", "大家", "看到", "看见", "听到", "听见", "见到", "可以", "能不能", "能", "请问", "请",
    "告诉", "一下", "知道", "记得", "还记得", "视频", "录像", "直播", "里面", "上面", "下面", "里", "上", "中", "下",
    "这个", "那个", "这", "那", "有", "是", "在", "的", "地", "得", "了", "着", "过", "吗", "么", "呢", "吧", "啊",
    "呀", "和", "与", "跟", "也", "都", "还", "又", "就", "才", "会", "被", "把", "给", "对", "从", "到", "向", "往",
    "朝", "你", "我", "他", "她", "个", "位", "只", "条", "块", "张", "名", "句", "首", "辆", "次", "些", "种",
    "时候", "时", "一", "不", "没", "什么", "啥", "关于", "有关", "最", "曾经", "曾", "已经", "几", "多少", "为",
    "所", "之", "门口", "门外", "门前", "屋里", "房间里", "街上", "换成", "变成", "变为", "指向", "手里", "手上",
    "拿着",
    "衣服", "穿着", "穿", "一共", "总共", "最多", "最少", "事情", "事", "方向", "那边", "这边", "边",
)  # fmt: skip


def is_chinese(text: str) -> bool:
    """Whether more is written in Chinese characters than in Latin words."""
    return sum(map(len, RUN.findall(text))) > len(_LATIN.findall(text))


@lru_cache(maxsize=8192)
def pairs(word: str) -> tuple[str, ...]:
    """A run of Chinese characters as terms: each two neighbours, or what there is. Other words as they are."""
    if word.isascii():
        return (word,)
    found: list[str] = []
    for piece in _PIECE.findall(word):
        single = len(piece) < 3 or not RUN.fullmatch(piece)
        found += [piece] if single else [piece[at : at + 2] for at in range(len(piece) - 1)]
    return tuple(found)
