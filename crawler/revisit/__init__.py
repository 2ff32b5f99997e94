"""When to look again at what is archived."""
