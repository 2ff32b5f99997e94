"""An outlet as data."""
