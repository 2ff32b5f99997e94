"""Weeks of an archive: which there are, and the comparison of some of them."""
