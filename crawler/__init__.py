"""From an outlet to an article."""
