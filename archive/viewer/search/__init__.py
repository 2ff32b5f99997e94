"""Search of an archive: a side file in this machine's cache, filled from snapshots, and questions to it."""
