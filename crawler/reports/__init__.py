"""The account that a run gives at its end."""
