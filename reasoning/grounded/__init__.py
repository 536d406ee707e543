"""Answers from remembered events alone, without a language model: one module a kind of question."""
