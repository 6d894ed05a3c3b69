"""Columns of an .npz or a Parquet file from outside, read by name; nothing in the file is ever run."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.store.files import DAMAGED

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class ColumnFile:
    """The names of a file's columns, and what reads one: (N,), or (N, D) for vectors with NaN where a row has none."""

    names: tuple[str, ...]
    read: Callable[[str], np.ndarray]


@contextmanager
def open_columns(path: Path) -> Iterator[ColumnFile]:
    """Open an .npz or a Parquet file.

    Raises:
        WorkspaceError: it is neither, or what is asked of it cannot be read.
    """
    ending = path.suffix.lower()
    if ending not in (".npz", ".parquet"):
        raise WorkspaceError(f"{path.name!r} should end in .npz or .parquet.")
    try:
        if ending == ".npz":
            with path.open("rb") as file:
                if not zipfile.is_zipfile(file):  # numpy would read a single array, whatever the name says
                    raise ValueError("it is no .npz file")
                with np.load(file, allow_pickle=False) as held:
                    yield ColumnFile(tuple(held.files), lambda name: _read_array(path, held, name))
        else:
            yield _open_parquet(path)
    except (*DAMAGED, MemoryError) as error:
        raise WorkspaceError(f"{path.name} cannot be read: {error}.") from error


def _read_array(path: Path, held: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        return np.asarray(held[name])
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise WorkspaceError(
            f"{name!r} in {path.name} is an array of Python objects, which are not loaded because that could run "
            f"code. Save it as text or numbers: np.savez(..., {name}=np.array({name}.tolist()))."
        ) from None


def _open_parquet(path: Path) -> ColumnFile:
    from pyarrow import parquet

    def read(name: str) -> np.ndarray:
        return _read_column(parquet.read_table(path, columns=[name]).column(name))

    return ColumnFile(tuple(parquet.read_schema(path).names), read)


def _read_column(column: pyarrow.ChunkedArray) -> np.ndarray:
    import pyarrow

    kind = column.type
    if pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind) or pyarrow.types.is_fixed_size_list(kind):
        return _read_vectors(column)
    if pyarrow.types.is_floating(kind) or (pyarrow.types.is_integer(kind) and not column.null_count):
        return np.asarray(column.to_numpy())
    return np.array(column.to_pylist(), dtype=object)


def _read_vectors(column: pyarrow.ChunkedArray) -> np.ndarray:
    """A column of lists as (N, D), without a Python object for each number; what is no vector as it is."""
    import pyarrow

    lists = column.combine_chunks()
    lengths = np.asarray(lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False))
    filled = (lengths > 0) & np.asarray(lists.is_valid().to_numpy(zero_copy_only=False))
    if len(sizes := np.unique(lengths[filled])) > 1:
        raise ValueError("its vectors are of different lengths")
    numbers = np.asarray(lists.filter(pyarrow.array(filled)).flatten().to_numpy(zero_copy_only=False))
    if not len(sizes) or numbers.dtype.kind not in "fiu":
        return np.empty(0)
    vectors = np.full((len(lists), int(sizes[0])), np.nan, np.result_type(numbers.dtype, np.float32))
    vectors[filled] = numbers.reshape(-1, int(sizes[0]))
    return vectors
