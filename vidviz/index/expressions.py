"""Pieces of Milvus' expression language, made of values and never of text that somebody typed.

Every string that reaches an expression passes through `quote`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidviz.errors import SearchIndexError

NOTHING = "id < 0"  # clip ids are never negative; both engines refuse or misread an empty `in []`
EVERYTHING = "id >= 0"

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def quote(text: str) -> str:
    """The text as a string literal of Milvus' expression language, whatever it holds.

    Only these five need an escape; Lite knows no others (no `\\x00`, no `\\u0000`) and both engines take every
    further character, control characters among them, as it is.

    Raises:
        SearchIndexError: the text is not valid Unicode and can be neither sent nor stored.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise SearchIndexError(f"{text!r} cannot be searched for: it is not valid Unicode.") from None
    return f'"{text.translate(_ESCAPES)}"'


def one_of(field: str, literals: Iterable[str]) -> str:
    """`field in [...]`; nothing at all where there is no literal."""
    listed = ", ".join(literals)
    return f"{field} in [{listed}]" if listed else NOTHING


def none_of(field: str, literals: Iterable[str]) -> str:
    """`field not in [...]`; everything where there is no literal."""
    listed = ", ".join(literals)
    return f"{field} not in [{listed}]" if listed else EVERYTHING


def lacks(key: str) -> str:
    """That a JSON field holds nothing, or an empty text, under a key."""
    return f'(not (exists {key})) or {key} == ""'


def any_of(conditions: Sequence[str]) -> str:
    """That one of the conditions holds; nothing at all where there is none.

    A balanced tree: Lite walks a chain of a thousand `or` recursively and falls over.
    """
    if not conditions:
        return NOTHING
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    return f"({any_of(conditions[:middle])}) or ({any_of(conditions[middle:])})"
