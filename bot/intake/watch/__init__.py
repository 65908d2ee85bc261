"""The watchdog: how sources are, every run of theirs, what is wrong, and when coordinators hear of it."""
