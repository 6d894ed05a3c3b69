"""Tables of vectors from outside: which column is what, and what of each row can be used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.services.embedding.outside_files import ColumnFile, open_columns
from vidviz.words import say_first

VECTORS = ("vectors", "vector", "embeddings", "embedding", "features", "feature")
NUMBERED = re.compile(r"(?:dim|d|emb|embedding|vector|feature|feat|f|v|x)?_?(\d+)", re.IGNORECASE)
"""Columns of one number each: `dim_0`, `dim_1`, ... or `0`, `1`, ..."""
CLIP_IDS = ("clip_ids", "clip_id")
OTHER_IDS = ("ids", "id")
"""Taken for ids of clips where nothing else says what a row is of."""
VIDEOS = ("videos", "video", "video_ids", "video_id", "filepaths", "filepath", "paths", "path", "filenames", "filename")
STARTS = ("start_seconds", "start", "start_time")
ENDS = ("end_seconds", "end", "end_time")
NO_ID = -1
SHOWN_NAMES = 12
_WHOLE = re.compile(r"(\d{1,19})(\.0*)?")


@dataclass(frozen=True)
class OutsideRows:
    """Rows as the file holds them: `vectors` (N, D), and either ids of clips or videos with times.

    `clip_ids` are int64, `NO_ID` where a row has none.
    """

    vectors: np.ndarray
    clip_ids: np.ndarray | None
    video_names: np.ndarray
    spans: np.ndarray


def read_rows(path: Path) -> OutsideRows:
    """Read an .npz or a Parquet file; nothing in it is ever run.

    Raises:
        WorkspaceError: it cannot be read, or lacks what is needed.
    """
    with open_columns(path) as file:
        vectors = _read_vectors(path, file)
        places = [_choose(file.names, names) for names in (VIDEOS, STARTS, ENDS)]
        ids = _choose(file.names, CLIP_IDS) or ("" if all(places) else _choose(file.names, OTHER_IDS))
        wanted = [ids] if ids else places
        if not all(wanted):
            raise WorkspaceError(
                f"{path.name} needs clip_ids, or videos with start_seconds and end_seconds; {_say_names(file.names)}."
            )
        columns = [np.asarray(file.read(name)) for name in wanted]
    if any(column.shape != (len(vectors),) for column in columns):
        raise WorkspaceError(f"{path.name} holds {len(vectors)} vectors, and its other columns are of another length.")
    if ids:
        return OutsideRows(vectors, _read_ids(path, ids, columns[0]), np.empty(0, str), np.empty((0, 2)))
    videos, *times = columns
    try:
        spans = np.stack([_as_numbers(column) for column in times], axis=1)
    except (TypeError, ValueError):
        raise WorkspaceError(f"The times of {path.name} are seconds; some are no numbers.") from None
    return OutsideRows(vectors, None, np.array([_text(name) for name in videos.tolist()]), spans)


def _read_vectors(path: Path, file: ColumnFile) -> np.ndarray:
    """The vectors (N, D): one column of lists, or a column a number.

    Raises:
        WorkspaceError: there are none.
    """
    name = _choose(file.names, VECTORS)
    vectors = np.asarray(file.read(name)) if name else _read_numbered(file)
    if vectors.ndim != 2 or not vectors.shape[1] or vectors.dtype.kind not in "fiu":
        raise WorkspaceError(
            f"{path.name} needs vectors, one row of numbers a clip, as {VECTORS[0]!r}, {VECTORS[3]!r} or columns "
            f"'dim_0', 'dim_1', ...; {_say_names(file.names)}."
        )
    return vectors


def _read_numbered(file: ColumnFile) -> np.ndarray:
    """Columns that are called alike but for their number, side by side; the longest row of them without a gap."""
    alike: dict[str, dict[int, str]] = {}
    for name in file.names:
        if found := NUMBERED.fullmatch(name.strip()):
            alike.setdefault(name.strip()[: found.start(1)], {})[int(found[1])] = name
    for columns in sorted(alike.values(), key=len, reverse=True):
        numbers = sorted(columns)
        if len(numbers) > 1 and numbers[0] in (0, 1) and numbers[-1] - numbers[0] == len(numbers) - 1:
            return np.stack([_as_numbers(file.read(columns[number])) for number in numbers], axis=1)
    return np.empty(0)


def _as_numbers(column: np.ndarray) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in column.tolist()], dtype=float)


def _read_ids(path: Path, name: str, column: np.ndarray) -> np.ndarray:
    """Ids of clips from numbers, or from text, as programs keep them that have no whole numbers of 64 bits.

    Raises:
        WorkspaceError: not one of them is a whole number.
    """
    exact = column.dtype.kind in "iuUSO" or column.dtype == np.float64  # a float32 has lost the last digits
    ids = [_whole_number(value) if exact else NO_ID for value in column.tolist()]
    if ids and set(ids) == {NO_ID}:
        raise WorkspaceError(
            f"{name!r} in {path.name} should hold the ids of clips, whole numbers or their digits as text, not "
            f"{column.dtype}."
        )
    return np.array(ids, dtype=np.int64)


def _whole_number(value: object) -> int:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else _text(value)
    found = _WHOLE.fullmatch(text)
    number = int(found[1]) if found else NO_ID
    return number if number < 2**63 else NO_ID


def _text(value: object) -> str:
    if value is None:
        return ""
    return (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).strip()


def _choose(names: Iterable[str], wanted: Iterable[str]) -> str:
    """The column that is called by the first of these names that there is, in whatever case; "" where none is."""
    known = {name.strip().lower(): name for name in reversed(list(names))}
    return next((known[name] for name in wanted if name in known), "")


def _say_names(names: tuple[str, ...]) -> str:
    return f"it has {say_first([repr(name) for name in names], SHOWN_NAMES) or 'nothing'}"
