"""Take it away: clips as a table, vectors, or files that other tools read; all of them or a selection."""

from __future__ import annotations

import csv
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, get_args

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.services.export.chosen_clips import OpenPart, TakenClips, folder_parts, take_clips, zip_parts
from vidviz.services.export.fiftyone_files import write_fiftyone
from vidviz.services.export.tensorboard_files import write_tensorboard
from vidviz.services.library import contents
from vidviz.store.files import replace_file
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd

Table = Literal["csv", "parquet", "json"]
Bundle = Literal["tensorboard", "fiftyone"]
Kind = Literal["csv", "parquet", "json", "npz", "tensorboard", "fiftyone"]

VECTORS = "npz"
FORMATS = (*get_args(Table), VECTORS)


def pack_clips(
    folder: WorkspaceFolder, set_key: str, kind: Kind, file: IO[bytes], wanted: Collection[int] | None = None
) -> None:
    """Write the clips of a set to an open file: a table, the vectors as npz, or another tool's files as a zip.

    Whatever the kind, the rows come by video name and time, so those of two files belong together. The npz holds
    `clip_ids` (N,) int64, `vectors` (N, D) float32, and as texts the set's `backbone`, `weights`, `layer` and
    `pooling`. Names and labels are written as they are, also to CSV, where a spreadsheet may take one that begins
    with "=" for a formula: values that another program reads must be true.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        kind: csv, parquet, json, npz, tensorboard or fiftyone.
        file: where to; it need not be a file that can be sought in.
        wanted: ids of the clips wanted, all of the set when None; ids that the set does not hold are left out.

    Raises:
        WorkspaceError: there is no such set, or none of the clips is in it.
    """
    taken = take_clips(folder, set_key, wanted)
    if kind in get_args(Bundle):
        with zip_parts(file) as open_part:
            _write_bundle(folder, taken, kind, open_part)
    elif kind == VECTORS:
        np.savez(file, **taken.arrays())  # type: ignore[arg-type]
    else:
        _write_table(taken.table, file, kind)


def export_clips(folder: WorkspaceFolder, out: Path, set_key: str = "") -> list[Path]:
    """Write the clips to `out`: .csv, .parquet or .json, or the vectors of a set (the newest for "") to .npz.

    With a set, a table has the set's clips alone, and its vectors go to `out` with .npz as well, row for row (see
    `pack_clips`).

    Raises:
        WorkspaceError: the ending is unknown, or the place cannot be written.
    """
    ending = out.suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise WorkspaceError(
            f"{out.name!r} should end in one of: {', '.join('.' + name for name in FORMATS)}. Files for other tools "
            "are written by `--as tensorboard` and `--as fiftyone`."
        )
    _check_place(out)
    taken = take_clips(folder, set_key) if set_key or ending == VECTORS else None
    written = []
    if ending != VECTORS:
        with replace_file(out) as file:
            _write_table(contents.clip_table(folder) if taken is None else taken.table, file, ending)
        written.append(out)
    if taken is not None:
        written.append(out.with_suffix(f".{VECTORS}"))
        with replace_file(written[-1]) as file:
            np.savez(file, **taken.arrays())  # type: ignore[arg-type]
    return written


def export_bundle(folder: WorkspaceFolder, out: Path, bundle: Bundle, set_key: str = "") -> list[Path]:
    """Write the files that another tool reads: to a zip where `out` ends in .zip, else into the folder `out`.

    Raises:
        WorkspaceError: there is no such set, it is empty, or the place cannot be written.
    """
    taken = take_clips(folder, set_key)
    if out.suffix.lower() != ".zip":
        _write_bundle(folder, taken, bundle, folder_parts(out))
        return [out]
    _check_place(out)
    with ExitStack() as stack:
        file = stack.enter_context(replace_file(out))
        _write_bundle(folder, taken, bundle, stack.enter_context(zip_parts(file)))
    return [out]


def _check_place(out: Path) -> None:
    if not out.parent.is_dir():
        raise WorkspaceError(f"The folder {str(out.parent)!r} does not exist.")


def _write_bundle(folder: WorkspaceFolder, taken: TakenClips, kind: str, open_part: OpenPart) -> None:
    write = write_tensorboard if kind == "tensorboard" else write_fiftyone
    write(folder, taken, open_part)


def _write_table(table: pd.DataFrame, file: IO[bytes], ending: str) -> None:
    if ending == "csv":
        # Every text in quotes: not all readers take a lone carriage return for part of one that has none.
        table.to_csv(file, index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    elif ending == "parquet":
        table.to_parquet(file, index=False)
    else:
        table.to_json(file, orient="records", indent=1)
