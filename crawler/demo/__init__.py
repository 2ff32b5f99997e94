"""The demo: a trilingual newsroom of our own on loopback, the crawler's default outlet. See README.md."""
