"""Documents: the page as a tree of elements."""
