"""The place where the bytes lie: a folder, or a bucket with a working copy."""
