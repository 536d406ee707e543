"""Sees and hears: frames and sound in, observations, captions, turns and utterances out."""
