"""Network definitions and checkpoint loading that backends of several packages share. Imports nothing of ours."""
