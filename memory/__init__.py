"""Keeps what was seen and said, and brings it to each question as evidence."""
