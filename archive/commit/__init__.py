"""Commits: records in, the next snapshot out, all or nothing."""
