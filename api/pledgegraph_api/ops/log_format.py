"""How the log is written: a line for people, or a JSON object a line for programs.

Nothing that a client sends can begin a line of its own: control characters are escaped in
both forms, and the lines of a traceback are indented.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final

from pledgegraph.settings import Settings

FIELDS: Final = "fields"
"""The attribute of a log record that holds its fields, by name."""

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BARE: Final = re.compile(r"[^\s\"=]+")


def begin_log(settings: Settings) -> None:
    """Write what happens to the standard error, in the form that the settings name."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    if settings.log_level == "info":
        # It tells of its start and end in eight lines; ours is enough.
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # Both tell what was asked, which is nobody's business.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("mcp").setLevel(logging.ERROR)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TextLines(logging.Formatter):
    """Time, level, logger and message; then the fields as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, and the indented ones of its traceback."""
        head = f"{_time(record)} {record.levelname} {record.name}: {_escaped(record.getMessage())}"
        line = " ".join([head, *(f"{name}={_value(v)}" for name, v in _fields(record).items())])
        if not record.exc_info:
            return line
        traceback = self.formatException(record.exc_info).splitlines()
        return "\n".join([line, *(f"    {_escaped(each)}" for each in traceback)])


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields = getattr(record, FIELDS, None)
    return fields if isinstance(fields, dict) else {}


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _value(value: object) -> str:
    """A field's value; in quotes where it would not be told from what follows."""
    text = str(value)
    return text if _BARE.fullmatch(text) and not _CONTROL.search(text) else json.dumps(text)
