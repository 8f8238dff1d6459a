"""The command line, `pledgegraph`."""

from __future__ import annotations

import atexit
import gc
import sys

from pledgegraph.setup.gc_pause import nothing_collected

_INTERRUPTED = 130


def main() -> None:
    """Run the command line of this process, and end the process with its exit code."""
    # A process that ends is freed as a whole, and need not be looked through before.
    atexit.register(gc.freeze)
    try:
        # It takes the better part of a second, in which Ctrl-C may come.
        with nothing_collected():
            from pledgegraph.cli.program import run  # noqa: PLC0415

        run()
    except KeyboardInterrupt:
        print("Interrupted; nothing is half done.", file=sys.stderr)
        sys.exit(_INTERRUPTED)


__all__ = ["main"]
