"""The secret by which a service knows its own tickets and sessions again, in the data directory.

It is made when it is first asked for. It is in no backup: after a restore people sign in anew.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from filelock import FileLock

from pledgegraph.errors import DirectoryReadOnly
from pledgegraph.store.atomic_files import write_whole

NAME: Final = "session-key"
_BYTES: Final = 32
_LOCK_WAIT: Final = 10.0


def session_secret(data_dir: Path) -> str:
    """The secret, the same for all processes of the data directory.

    Raises:
        DirectoryReadOnly: there is none yet, and none can be written.
    """
    path = data_dir / NAME
    try:
        with FileLock(data_dir / f"{NAME}.lock", timeout=_LOCK_WAIT):
            if not path.exists():
                write_whole(path, secrets.token_hex(_BYTES), mode=0o600)
            return path.read_text(encoding="ascii")
    except OSError as error:
        raise DirectoryReadOnly(
            f"The secret of the sessions cannot be kept: {error.strerror or error}."
        ) from error
