"""The program: Ctrl-C while it is still being loaded ends it as any other, without a traceback."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    try:
        from triptych.command_line import main as run  # noqa: PLC0415  loading takes longest
    except KeyboardInterrupt:
        return 130
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
