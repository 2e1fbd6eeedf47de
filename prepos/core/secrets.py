"""Take passwords out of what is printed and written."""

from __future__ import annotations

import re

HIDDEN = "***"
IN_ADDRESS = re.compile(r"(\w[\w+.-]*://[^\s:/@]*):[^\s'\"]*(?=@)")
IN_QUERY = re.compile(r"(?i)\b(password|passwd|pwd|token|secret|api_?key|sslpassword)=[^\s&;'\"]+")


def redact(text: str) -> str:
    """Return the text with every password of a database URL hidden."""
    return IN_QUERY.sub(rf"\1={HIDDEN}", IN_ADDRESS.sub(rf"\1:{HIDDEN}", text))
