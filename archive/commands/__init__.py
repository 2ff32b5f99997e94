"""Commands of `triptych archive`: what each takes and prints."""
