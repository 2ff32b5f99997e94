"""Parquet files, and the folders that show one snapshot."""
