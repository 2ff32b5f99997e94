"""The body: the text of the article."""
