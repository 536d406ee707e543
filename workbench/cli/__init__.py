"""The commands chat, embed, compose and doctor. Each imports what it needs when it is called."""
