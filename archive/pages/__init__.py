"""The pages as they were served: WARC files and their index."""
