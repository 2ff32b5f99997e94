"""Every request for an article, and why one was not made."""
