"""The reading side of the API."""
