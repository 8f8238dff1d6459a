"""Changes that a client sends again because it has not heard of them: made once.

A client gives a change a key of its own (the header ``Idempotency-Key``). The record of the change
holds a digest of it, so that every copy of the log knows it, whichever node is asked again.

See https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import Final

from pledgegraph.errors import KeyReused
from pledgegraph.store.changes import Receipt
from pledgegraph.store.log.changes_log import ChangesLog

LOOKED_AT: Final = 2_000
"""Records, the newest ones, in which a key is looked for."""


def key_of(client: str, key: str, content: str) -> str:
    """What the log holds: digests of who sent which key, and with what."""
    sent = hashlib.sha256(f"{client}\n{key}".encode()).hexdigest()[:32]
    return f"{sent}:{hashlib.sha256(content.encode()).hexdigest()[:32]}"


def made_already(log: ChangesLog, key: str) -> Receipt | None:
    """The receipt of the change that was made with the key; None where there is none.

    Raises:
        KeyReused: another change was made with it.
    """
    sent, _, _ = key.partition(":")
    for record in islice(log.newest_first(), LOOKED_AT):
        header = record.header()
        if header.key == key:
            return Receipt(header.sequence, header.added, header.removed)
        if header.key.partition(":")[0] == sent:
            raise KeyReused(
                f"Change set {header.sequence} was made with the same Idempotency-Key, and with "
                "another update."
            )
    return None
