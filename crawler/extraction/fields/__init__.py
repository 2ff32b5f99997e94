"""The fields of the article, one file each."""
