"""The command line, `pledgegraph`."""

from __future__ import annotations

import sys

from pledgegraph.garbage import keep_what_is_there, nothing_collected

_INTERRUPTED = 130


def main() -> None:
    """Run the command line of this process, and end the process with its exit code."""
    try:
        # It takes the better part of a second, in which Ctrl-C may come.
        with nothing_collected():
            from pledgegraph.cli.program import run  # noqa: PLC0415

        run()
    except KeyboardInterrupt:
        print("Interrupted; nothing is half done.", file=sys.stderr)
        sys.exit(_INTERRUPTED)
    finally:
        keep_what_is_there()


__all__ = ["main"]
