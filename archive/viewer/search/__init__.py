"""Search of an archive: a side file in this machine's cache that follows the snapshots, and questions to it."""
