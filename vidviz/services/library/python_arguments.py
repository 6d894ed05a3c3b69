"""What a program may give for ids of clips, names and texts: any sensible type, else a sentence."""

from __future__ import annotations

import math
import numbers
import operator
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vidviz.errors import LabelError, VidvizError, WorkspaceError
from vidviz.records import Clip


def read_clip_ids(given: object) -> list[int]:
    """Ids of clips from one or several: numbers, digits, clips, hits, rows or tables with a column `clip_id`.

    Raises:
        WorkspaceError: something is no id.
    """
    held = given.get("clip_id", given) if isinstance(given, Mapping) else getattr(given, "clip_id", given)
    if isinstance(held, (str, bytes, Clip)) or not isinstance(held, Iterable) or getattr(held, "ndim", 1) == 0:
        return [_read_clip_id(held)]
    if isinstance(held, Mapping) or getattr(held, "ndim", 1) != 1:
        raise _no_clip(given)
    return [_read_clip_id(one) for one in held]


def read_clip_id(given: object) -> int:
    """The id of one clip; see `read_clip_ids`.

    Raises:
        WorkspaceError: it is none, or several.
    """
    ids = read_clip_ids(given)
    if len(ids) != 1:
        raise WorkspaceError(f"One clip is wanted here, not {len(ids)}. Give one id.")
    return ids[0]


def _read_clip_id(given: Any) -> int:
    given = given.id if isinstance(given, Clip) else getattr(given, "clip_id", given)
    if isinstance(given, str) and given.strip().isascii() and given.strip().isdigit():
        return int(given)
    if isinstance(given, float) and given.is_integer():  # a row of a table of several types has floats alone
        return int(given)
    try:
        if type(given).__name__ in ("bool", "bool_"):
            raise TypeError
        return operator.index(given)
    except TypeError:
        raise _no_clip(given) from None


def _no_clip(given: object) -> WorkspaceError:
    return WorkspaceError(
        f"{_shorten(given)} names no clip. Give an id, as the column clip_id of Workspace.clips() holds them, or "
        "several."
    )


def read_text(what: str, given: object) -> str:
    """A label, a tag or the name of a column, from text, a number or a truth value.

    Raises:
        LabelError: it is something else, or no number.
    """
    if isinstance(given, str):
        return given
    given = given.item() if getattr(given, "ndim", None) == 0 and hasattr(given, "item") else given
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, numbers.Real) and math.isfinite(given):
        return str(given)
    raise LabelError(f"{what} is text, not {_shorten(given)}.")


def read_name(what: str, given: object) -> str:
    """The name or key of something, from text or from what has a `set_key`, `key`, `spec` or `name`.

    Raises:
        WorkspaceError: it is something else.
    """
    for attribute in ("spec", "set_key", "key", "name"):
        given = given if isinstance(given, (str, os.PathLike)) else getattr(given, attribute, given)
    if not isinstance(given, str):
        raise WorkspaceError(f"{what} is named by a text, not by {_shorten(given)}.")
    return given


def read_path(what: str, given: object) -> Path:
    """A path from text or a path.

    Raises:
        WorkspaceError: it is something else.
    """
    if not isinstance(given, (str, os.PathLike)) or isinstance(os.fspath(given), bytes):
        raise WorkspaceError(f"{what} is a path, not {_shorten(given)}.")
    return Path(os.fspath(given)).expanduser().absolute()


def read_count(what: str, given: object, error: type[VidvizError]) -> int:
    """A whole number.

    Raises:
        VidvizError: of the class `error`: it is something else.
    """
    try:
        return operator.index(given)  # type: ignore[arg-type]
    except TypeError:
        raise error(f"{what} is a whole number, not {_shorten(given)}.") from None


def _shorten(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 60 and "\n" not in text else f"a {type(given).__name__}"
