"""Take it away: the table of clips, with vectors beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.services import embedding_sets, library
from vidviz.store.files import replace_file
from vidviz.store.workspace import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("csv", "parquet", "json")


def export_clips(folder: WorkspaceFolder, out: Path, set_key: str = "") -> list[Path]:
    """Write the clips to `out` (.csv, .parquet or .json); with a set, its vectors to `out` with .npz as well.

    The npz holds `clip_ids` (N,) int64, `vectors` (N, D) float32, and as texts the set's `backbone`, `weights`,
    `layer` and `pooling`; the table has the same N rows in that order.

    Raises:
        WorkspaceError: the ending is unknown, or the place cannot be written.
    """
    ending = out.suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise WorkspaceError(f"{out.name!r} should end in one of: {', '.join('.' + name for name in FORMATS)}.")
    if not out.parent.is_dir():
        raise WorkspaceError(f"The folder {str(out.parent)!r} does not exist.")
    table = library.clip_table(folder)
    if not set_key:
        _write_table(table, out, ending)
        return [out]
    found = embedding_sets.find_set(folder, set_key)
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    _write_table(table.set_index("clip_id").loc[embeddings.ids].reset_index(), out, ending)
    beside = out.with_suffix(".npz")
    with replace_file(beside) as file:
        origin = {name: np.array(getattr(found.spec, name)) for name in ("backbone", "weights", "layer", "pooling")}
        np.savez_compressed(file, clip_ids=embeddings.ids, vectors=embeddings.vectors, **origin)  # type: ignore[arg-type]
    return [out, beside]


def _write_table(table: pd.DataFrame, out: Path, ending: str) -> None:
    with replace_file(out) as file:
        if ending == "csv":
            table.to_csv(file, index=False)
        elif ending == "parquet":
            table.to_parquet(file, index=False)
        else:
            table.to_json(file, orient="records", indent=1)
