"""The weekly letter: gathered, edited, approved, released, and kept readable for ever."""
