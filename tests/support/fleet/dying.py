"""Work that kills its worker, once or always; imported by processes of a pool and workers of a cluster."""

import os
import signal


def at_last(job):
    """Call a function for a part; whoever is the first to do it is killed in the middle."""
    function, part, marker = job
    if marker is not None:
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return function(part)


def never(job):
    os.kill(os.getpid(), signal.SIGKILL)
