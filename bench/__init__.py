"""Numbers, not pass or fail: clients of the shipped path. Nothing imports bench but its own command."""
