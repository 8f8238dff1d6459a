"""The command line, `pledgegraph`."""

from __future__ import annotations

import atexit
import sys

from pledgegraph.garbage import keep_what_is_there, nothing_collected

_INTERRUPTED = 130


def main() -> None:
    """Run the command line of this process, and end the process with its exit code."""
    # A process that ends is freed as a whole.
    atexit.register(keep_what_is_there)
    try:
        # It takes the better part of a second, in which Ctrl-C may come.
        with nothing_collected():
            from pledgegraph.cli.program import run  # noqa: PLC0415

        run()
    except KeyboardInterrupt:
        print("Interrupted; nothing is half done.", file=sys.stderr)
        sys.exit(_INTERRUPTED)


__all__ = ["main"]
