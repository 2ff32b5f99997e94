"""The page as a tree of elements."""
