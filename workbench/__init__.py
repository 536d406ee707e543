"""The models by hand, without the three processes: conversations, features, written pages, and what is missing."""
