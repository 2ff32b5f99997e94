"""The text of the article."""
