"""Phrases as they are spoken: times, addresses, signs."""

from __future__ import annotations

import pytest

from reasoning.speech_text import spoken

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("at 0:42.", "at 42 seconds."),
        ("at 2:05", "at 2 minutes 5 seconds"),
        ("at 1:00", "at 1 minute"),
        ("at 1:02:03", "at 1 hour 2 minutes 3 seconds"),
        ("at 0:00", "at the very beginning"),
        ("on 2026-11-21 at 14:05 UTC", "on 2026-11-21 at 14:05 U T C"),
        (
            "from Friday 20 November 15:00 to Sunday 1 March 2026 06:00",
            "from Friday 20 November 15:00 to Sunday 1 March 2026 06:00",
        ),
        ('The sign said "OPEN DAILY".', "The sign said open daily."),
        ('At 1:05 the sign said "Open 9:00-17:30".', "At 1 minute 5 seconds the sign said Open 9:00 to 17:30."),
        ("on 2026-11-21 14:05 IST", "on 2026-11-21 14:05 I S T"),
        ("The QR code", "The Q R code"),
        ('"https://example.org/tour"', "example dot org slash tour"),
        ("www.town-hall.com", "town dash hall dot com"),
        ("$4.50 or €3", "4 dollars 50 or 3 euros"),
        ("50% & more", "50 percent and more"),
        ("It was red.", "It was red."),
        ("<ref>The sign</ref><box>[[1, 2, 30, 40], [5, 6, 7, 8]]</box> is red.", "The sign is red."),
        ("It is <box>[[1, 2]]</box> there.", "It is there."),
        ("...", ""),
        (' "" ', ""),
    ],
)
def test_spoken(written: str, said: str) -> None:
    assert spoken(written) == said
