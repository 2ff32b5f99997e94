"""Do something to copies of an archive in children that kill themselves before their Nth step; N grows.

A step is anything the child does to a file. Prints a line for each child: `N copy`, and `N done` for the one
that came through.
"""

import os
import shutil
import signal
import sys

import archive

STEPS = {"open", "os.rename", "os.link", "os.remove", "os.rmdir", "os.symlink", "os.mkdir", "os.truncate"}


def die_before(last):
    seen = 0

    def count(event, arguments):
        nonlocal seen
        if event not in STEPS or (event == "open" and not isinstance(arguments[2], int)):
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def run(root, stride, work):
    archive.open(root).articles().to_arrow()  # imports what a child would
    number = 1
    while True:
        copy = root.with_name(f"cut-{number}")
        shutil.copytree(root, copy, symlinks=True)
        child = os.fork()
        if not child:
            status = 1
            try:
                die_before(number)
                work(copy)
                status = 0
            finally:
                os._exit(status)
        status = os.waitpid(child, 0)[1]
        if status == 0:
            print(number, "done")
            return
        assert os.WIFSIGNALED(status), f"it ended by itself at step {number}"
        print(number, copy, flush=True)
        number += stride
