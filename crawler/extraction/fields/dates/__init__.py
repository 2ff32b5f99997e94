"""The days of an article's publication and last change, by all that its page says."""
