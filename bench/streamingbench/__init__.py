"""StreamingBench: its result files and how they are counted."""
