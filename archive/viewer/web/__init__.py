"""The local web application over an archive: read only, on this machine alone."""
