"""Whole jobs on a whole archive, one file each."""
