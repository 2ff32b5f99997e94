"""Articles that are one story in several languages."""
