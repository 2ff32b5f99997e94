"""Rules about crawls and archive, notifications when one is broken, and metrics."""
