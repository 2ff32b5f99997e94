"""Signs of whether a page is an article at all."""
