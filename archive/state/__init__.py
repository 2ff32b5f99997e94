"""A cache in SQLite of what is known now; it can always be rebuilt from the log."""
