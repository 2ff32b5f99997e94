"""The format of an archive: this folder is its specification."""
