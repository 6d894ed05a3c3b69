"""The keys under which further columns lie in the JSON field of a collection.

A server compares a key with the JSON text as it is stored, where control characters are escaped: a column that has one
in its name would never be found. And it takes a path apart at its square brackets, those inside of quotes too: a column
called `][` ends the whole process of Milvus 2.3. So such a character is kept as U+007F and its code in two hexadecimal
digits.
"""

from __future__ import annotations

import re

_MARK = "\x7f"
_UNFIT = re.compile(r"[\[\]\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # tab, newline and carriage return are found
_KEPT = re.compile(f"{_MARK}([0-9a-f]{{2}})")


def column_key(name: str) -> str:
    """The key of a column: its name, unless that has control characters or square brackets."""
    return _UNFIT.sub(lambda found: f"{_MARK}{ord(found[0]):02x}", name)


def column_name(key: str) -> str:
    """The column of a key; undoes `column_key`."""
    return _KEPT.sub(lambda found: chr(int(found[1], 16)), key)
