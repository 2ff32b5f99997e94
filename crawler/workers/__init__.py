"""Worker processes that can be killed, for work on pages."""
