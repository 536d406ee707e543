"""Decides whether to answer, answers, and speaks."""
