"""Commands of `python -m archive`: what each takes and prints."""
