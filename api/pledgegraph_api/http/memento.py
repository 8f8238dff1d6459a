"""What Memento clients follow: where versions are listed, and how times are written.

See https://www.rfc-editor.org/rfc/rfc7089.html.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

DOCUMENTS: Final = "/doc/"
"""Below it is what has versions."""
TIMEMAPS: Final = "/timemap"
TIMEMAP_TYPE: Final = "application/link-format"


def timemap_of(path: str) -> str:
    """The path of the TimeMap of what is at a path; both are percent-encoded."""
    return f"{TIMEMAPS}{path}"


def http_date(time: datetime) -> str:
    """The time as HTTP writes it, in whole seconds."""
    return format_datetime(time.astimezone(UTC), usegmt=True)
