"""Pages that others have fetched, from web archives, into the archive."""
