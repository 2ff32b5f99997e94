"""A trilingual newsroom of our own on loopback: the crawler's embedded default. See README.md beside this."""
