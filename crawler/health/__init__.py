"""Health of each outlet: by the archive, by its site, against its declaration; and the table of outlets."""
