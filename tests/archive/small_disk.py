"""A disk that takes files up to a size."""

import resource
from contextlib import contextmanager


@contextmanager
def file_size_limit(size):
    """Beyond it write(2) fails with EFBIG, after taking a part."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
