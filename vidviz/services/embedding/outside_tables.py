"""Tables of vectors from outside: what an .npz or a Parquet file says, checked; nothing in it is ever run."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.store.files import DAMAGED

if TYPE_CHECKING:
    import pyarrow

_COLUMNS = ("vectors", "clip_ids", "videos", "start_seconds", "end_seconds")


@dataclass(frozen=True)
class OutsideRows:
    """Rows as the file holds them: `vectors` (N, D), and either ids of clips or videos with times."""

    vectors: np.ndarray
    clip_ids: np.ndarray | None
    video_names: np.ndarray
    spans: np.ndarray


def read_rows(path: Path) -> OutsideRows:
    """Read an .npz or a Parquet file; nothing in it is ever run.

    Raises:
        WorkspaceError: it cannot be read, or lacks what is needed.
    """
    ending = path.suffix.lower()
    try:
        columns = _read_npz(path) if ending == ".npz" else _read_parquet(path) if ending == ".parquet" else None
    except (*DAMAGED, MemoryError) as error:
        raise WorkspaceError(f"{path.name} cannot be read: {error}.") from error
    if columns is None:
        raise WorkspaceError(f"{path.name!r} should end in .npz or .parquet.")
    vectors = columns.get("vectors")
    if vectors is None or vectors.ndim != 2 or not vectors.shape[1] or vectors.dtype.kind not in "fiu":
        raise WorkspaceError(f"{path.name} needs vectors, one row of numbers a clip: (N, D).")
    wanted = ("clip_ids",) if "clip_ids" in columns else ("videos", "start_seconds", "end_seconds")
    lacking = [column for column in wanted if column not in columns]
    if lacking:
        raise WorkspaceError(f"{path.name} needs clip_ids, or videos with start_seconds and end_seconds.")
    if any(columns[column].shape != (len(vectors),) for column in wanted):
        raise WorkspaceError(f"{path.name} holds {len(vectors)} vectors, and its other columns are of another length.")
    if len(wanted) == 1:
        if columns["clip_ids"].dtype.kind not in "iu":
            raise WorkspaceError(f"The clip_ids of {path.name} are whole numbers, not {columns['clip_ids'].dtype}.")
        return OutsideRows(vectors, columns["clip_ids"].astype(np.int64), np.empty(0, str), np.empty((0, 2)))
    try:
        spans = np.stack([columns["start_seconds"].astype(float), columns["end_seconds"].astype(float)], axis=1)
    except (TypeError, ValueError):
        raise WorkspaceError(f"The times of {path.name} are seconds; some are no numbers.") from None
    return OutsideRows(vectors, None, columns["videos"].astype(str), spans)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):  # numpy would read a single array, whatever the name says
            raise ValueError("it is no .npz file")
        with np.load(file, allow_pickle=False) as held:
            return {name: held[name] for name in _COLUMNS if name in held}


def _read_parquet(path: Path) -> dict[str, np.ndarray]:
    from pyarrow import parquet

    renamed = {"vector": "vectors", "clip_id": "clip_ids", "video": "videos", "video_id": "videos"}
    wanted = {name: renamed.get(name, name) for name in parquet.read_schema(path).names}
    wanted = {name: known for name, known in wanted.items() if known in _COLUMNS}
    table = parquet.read_table(path, columns=list(wanted))
    columns: dict[str, np.ndarray] = {}
    for name, known in wanted.items():
        held = table.column(name)
        columns.setdefault(known, _vectors(held) if known == "vectors" else np.array(held.to_pylist()))
    return columns


def _vectors(column: pyarrow.ChunkedArray) -> np.ndarray:
    """A column of lists as (N, D), without a Python object for each number; what is no vector as it is."""
    import pyarrow

    lists = column.combine_chunks()
    kind = lists.type
    if not (pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind) or pyarrow.types.is_fixed_size_list(kind)):
        return np.empty(0)
    lengths = np.unique(lists.value_lengths().to_numpy(zero_copy_only=False))
    if lists.null_count or len(lengths) > 1:
        raise ValueError("its vectors are of different lengths")
    numbers = np.asarray(lists.flatten().to_numpy(zero_copy_only=False))
    return numbers.reshape(len(lists), int(lengths[0]) if len(lengths) else 0)
