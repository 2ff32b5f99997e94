"""The spider that every outlet is an instance of."""
