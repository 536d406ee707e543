"""Makes a stream to try the system on: scenes, voices, questions, and what right answers say."""
