"""What a drawn stream can be about: names, signs, numbers, places. Pools only."""

from __future__ import annotations

SHAPE_COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black")
PLATE_INKS = {
    "red": "white", "orange": "black", "yellow": "black", "green": "white", "blue": "white", "purple": "white",
    "brown": "white",
}  # fmt: skip
WALL_COLOURS = ("yellow", "purple", "green", "blue", "orange", "pink", "red", "brown")
COATS = ("blue", "brown", "red", "green", "black", "purple")

# Signs: (first line, second line, words that carry the sense)
SIGNS = (
    ("OLD MILL BAKERY", "FRESH BREAD", ("old mill", "bakery", "fresh bread")),
    ("RIVER BOOKSHOP", "SALE TODAY", ("river bookshop", "bookshop", "sale today")),
    ("CITY LIBRARY", "SECOND FLOOR", ("library", "second floor")),
    ("SWIMMING POOL", "CLOSED ON MONDAY", ("swimming pool", "closed")),
    ("BLUE MOON HOTEL", "ROOMS FREE", ("blue moon", "hotel", "rooms free")),
    ("FARM MARKET", "OPEN EVERY DAY", ("farm market", "open every day")),
    ("SUNNY GARDEN", "NO DOGS PLEASE", ("sunny garden", "no dogs")),
    ("CENTRAL GARAGE", "PARKING FULL", ("garage", "parking")),
    ("MUSIC SCHOOL", "PIANO LESSONS", ("music school", "piano")),
    ("SILVER CINEMA", "FILM AT EIGHT", ("silver cinema", "cinema", "film")),
    ("LAKE HOUSE", "FISH AND SOUP", ("lake house", "fish", "soup")),
    ("WINTER SHOES", "HALF PRICE", ("winter shoes", "half price")),
)

# Slides: (title, rows of (noun, number))
SLIDES = (
    ("SCHOOL YEAR", (("Pupils", 312), ("Teachers", 24))),
    ("OUR HARVEST", (("Apples", 850), ("Pears", 140))),
    ("CITY BUSES", (("Drivers", 96), ("Lines", 18))),
    ("BOOK CLUB", (("Members", 45), ("Meetings", 12))),
    ("SUMMER CAMP", (("Children", 78), ("Tents", 26))),
    ("HOSPITAL PLAN", (("Nurses", 130), ("Rooms", 64))),
    ("FACTORY NEWS", (("Workers", 230), ("Machines", 37))),
    ("SPORTS CLUB", (("Players", 88), ("Coaches", 9))),
)

TOWNS = ("LONDON", "CHICAGO", "DENVER", "DALLAS", "PARIS", "BERLIN", "SEATTLE", "TORONTO", "ATLANTA", "OXFORD")

# Boards that change: (what stays, what changes as "before -> after")
BOARDS = (
    ("LIONS 2", "TIGERS 1", "TIGERS 4"),
    ("NOW SERVING", "NUMBER 31", "NUMBER 32"),
    ("GATE 12", "ON TIME", "DELAYED"),
    ("SOUP OF THE DAY", "TOMATO", "MUSHROOM"),
    ("TODAY", "RAIN", "SUNSHINE"),
    ("LIFT", "IN SERVICE", "BROKEN"),
)

PAYLOADS = (
    "https://example.org/menu", "https://example.com/join", "https://example.net/map", "https://example.org/photos",
    "https://example.com/help", "TABLE 42", "https://example.net/winter",
)  # fmt: skip
NOTICES = ("SCAN ME", "MENU", "GUEST LINK", "CITY MAP", "JOIN US", "PHOTOS")

# Spoken facts. Names: (role, name); places: (thing, where, words); prices: (thing, number word); days: (event, day)
ROLES = ("our teacher", "the driver", "the new nurse", "the winner", "our neighbor", "the gardener", "my brother")
NAMES = ("Robert", "David", "Michael", "Alice", "Thomas", "Daniel", "William", "Barbara", "Richard", "Linda")
THINGS = (
    ("the umbrella", "behind the kitchen door", ("kitchen", "door")),
    ("the red book", "on the table in the garden", ("table", "garden")),
    ("the letter", "under the black stone", ("stone",)),
    ("the camera", "in the second drawer", ("second", "drawer")),
    ("the money", "inside the old piano", ("piano",)),
    ("the map", "on top of the refrigerator", ("refrigerator", "top")),
    ("the bicycle", "in front of the church", ("church",)),
    ("the dog", "sleeping in the basement", ("basement",)),
)
PRICES = (
    ("the bread", "four"), ("the blanket", "thirty"), ("the lamp", "twenty"), ("the dinner", "fifteen"),
    ("the window seat", "nine"), ("the guitar", "ninety"), ("the breakfast", "eight"),
)  # fmt: skip
EVENTS = ("the meeting", "the wedding", "the football game", "the birthday party", "the school concert", "the market")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SMALL_TALK = (
    "Let us walk a little further.",
    "The weather is very pleasant this afternoon.",
    "I come to this place every week.",
    "There is a lot to see around here.",
    "It has been a long day for all of us.",
    "People say that this is the best part of the city.",
    "I hope that you are enjoying the view.",
    "We have plenty of time before dinner.",
    "My family has lived here for many years.",
    "It is quite quiet at this hour.",
    "This place has changed very much.",
    "I always wanted to show you this.",
)

ABSENT_THINGS = ("an elephant", "a tiger", "an airplane", "a snowman", "a horse", "a boat")
NOWHERE_ROLES = ("the captain", "the doctor", "the president", "the singer", "the king")
NOWHERE_GOODS = ("the coffee", "the piano", "the ring", "the house", "the chocolate")
NOWHERE_THINGS = ("the passport", "the suitcase", "the hammer", "the violin", "the telephone")
