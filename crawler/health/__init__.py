"""Health of each outlet: from the archive, from one real request, as a table."""
