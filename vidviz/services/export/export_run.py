"""Take it away: clips as a table, vectors, or files that other tools read; all of them or a selection."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from vidviz.errors import UnknownNameError, WorkspaceError
from vidviz.log.timing import timed
from vidviz.services.export.chosen_clips import folder_parts, take_clips, zip_parts
from vidviz.services.export.export_kinds import NPZ, TABLES, TOOLS, VECTORS
from vidviz.services.library import contents
from vidviz.store.files import replace_file
from vidviz.workspace_folder import WorkspaceFolder


@timed
def pack_clips(
    folder: WorkspaceFolder, set_key: str, kind: str, file: IO[bytes], wanted: Collection[int] | None = None
) -> None:
    """Write the clips of a set to an open file: a table, the vectors as npz, or another tool's files as a zip.

    Whatever the kind, the rows come by video name and time, so those of two files belong together. The npz holds
    `clip_ids` (N,) int64, `vectors` (N, D) float32, and as texts the set's `backbone`, `weights`, `layer` and
    `pooling`. Names and labels are written as they are, also to CSV, where a spreadsheet may take one that begins
    with "=" for a formula: values that another program reads must be true.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        kind: a name of `export_kinds`: of `TABLES`, `VECTORS` or `TOOLS`.
        file: where to; it need not be a file that can be sought in.
        wanted: ids of the clips wanted, all of the set when None; ids that the set does not hold are left out.

    Raises:
        UnknownNameError: there is no such kind.
        WorkspaceError: there is no such set, or none of the clips is in it.
    """
    if kind not in (known := [*TABLES, *VECTORS, *TOOLS]):
        raise UnknownNameError("kind of file", kind, known)
    taken = take_clips(folder, set_key, wanted)
    if kind in TOOLS:
        with zip_parts(file) as open_part:
            TOOLS[kind].write(folder, taken, open_part)
    elif kind in VECTORS:
        VECTORS[kind].write(taken, file)
    else:
        TABLES[kind].write(taken.table, file)


@timed
def export_clips(folder: WorkspaceFolder, out: Path, set_key: str = "") -> list[Path]:
    """Write the clips to `out`, a table or the vectors of a set (the newest for "") by its ending.

    With a set, a table has the set's clips alone, and its vectors go to `out` with .npz as well, row for row (see
    `pack_clips`).

    Raises:
        WorkspaceError: the ending is unknown, or the place cannot be written.
    """
    ending = out.suffix.lstrip(".").lower()
    if ending not in (known := [*TABLES, *VECTORS]):
        raise WorkspaceError(
            f"{out.name!r} should end in one of: {', '.join('.' + name for name in known)}. Files for other tools "
            f"are written by {' and '.join(f'`--as {name}`' for name in TOOLS)} (in Python `tool=`)."
        )
    _check_place(out)
    taken = take_clips(folder, set_key) if set_key or ending in VECTORS else None
    written = []
    if ending in TABLES:
        with replace_file(out) as file:
            TABLES[ending].write(contents.clip_table(folder) if taken is None else taken.table, file)
        written.append(out)
    if taken is not None:
        beside = ending if ending in VECTORS else NPZ
        written.append(out.with_suffix(f".{beside}"))
        with replace_file(written[-1]) as file:
            VECTORS[beside].write(taken, file)
    return written


@timed
def export_bundle(folder: WorkspaceFolder, out: Path, tool: str, set_key: str = "") -> list[Path]:
    """Write the files that another tool reads: to a zip where `out` ends in .zip, else into the folder `out`.

    Raises:
        UnknownNameError: there is no such tool in `export_kinds.TOOLS`.
        WorkspaceError: there is no such set, it is empty, or the place cannot be written.
    """
    if tool not in TOOLS:
        raise UnknownNameError("tool", tool, TOOLS)
    taken = take_clips(folder, set_key)
    if out.suffix.lower() != ".zip":
        TOOLS[tool].write(folder, taken, folder_parts(out))
        return [out]
    _check_place(out)
    with ExitStack() as stack:
        file = stack.enter_context(replace_file(out))
        TOOLS[tool].write(folder, taken, stack.enter_context(zip_parts(file)))
    return [out]


def _check_place(out: Path) -> None:
    if not out.parent.is_dir():
        raise WorkspaceError(f"The folder {str(out.parent)!r} does not exist.")
