"""How a file is called in messages."""

from __future__ import annotations

import os
from pathlib import Path

LONGEST_NAME = 120


def file_label(path: str | os.PathLike[str]) -> str:
    """The name of a file without its folder, safe to print: whatever is not printable is escaped.

    Control characters, line breaks, direction marks and undecodable bytes come out as `\\n`, `\\u202e` and so
    on; a very long name keeps its beginning and its end. HTML is left as it is: pages escape what they show.
    """
    name = Path(path).name or os.fspath(path)
    shown = "".join(ch if ch.isprintable() else ascii(ch)[1:-1] for ch in name)
    if len(shown) > LONGEST_NAME:
        shown = f"{shown[: LONGEST_NAME - 21]}…{shown[-20:]}"
    return shown
