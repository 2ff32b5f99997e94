"""Work that kills its worker, once or always; imported by processes of a pool and workers of a cluster."""

import os
import signal


def written_at_last(job):
    """Write a part of an export; whoever is the first to do it is killed in the middle."""
    part, marker = job
    if marker is not None:
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    from archive.export.files import written

    return written(part)


def never(job):
    os.kill(os.getpid(), signal.SIGKILL)
