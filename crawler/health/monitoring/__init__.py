"""Rules that tell whether crawls go well, who is told when they do not, and metrics."""
