"""Fields of the article, one file each."""
