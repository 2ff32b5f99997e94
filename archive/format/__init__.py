"""The bytes of an archive and what they mean: this folder is the format's specification."""
