"""Take it away: the table of clips, with vectors beside it."""

from __future__ import annotations

from collections.abc import Collection
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
    arrays = vector_arrays(folder, found.key)
    _write_table(table.set_index("clip_id").loc[arrays["clip_ids"]].reset_index(), out, ending)
    beside = out.with_suffix(".npz")
    with replace_file(beside) as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return [out, beside]


def vector_arrays(
    folder: WorkspaceFolder, set_key: str, selected: Collection[int] | None = None
) -> dict[str, np.ndarray]:
    """What an npz of vectors holds: `clip_ids`, `vectors`, and the set's origin as texts.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        selected: ids of the clips wanted; all of the set when None.
    """
    spec = embedding_sets.find_set(folder, set_key).spec
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    ids, vectors = embeddings.ids, embeddings.vectors
    if selected is not None:
        wanted = np.isin(ids, np.fromiter(selected, np.int64, len(selected)))
        ids, vectors = ids[wanted], vectors[wanted]
    origin = {name: np.array(getattr(spec, name)) for name in ("backbone", "weights", "layer", "pooling")}
    return {"clip_ids": ids, "vectors": vectors, **origin}


def _write_table(table: pd.DataFrame, out: Path, ending: str) -> None:
    with replace_file(out) as file:
        if ending == "csv":
            table.to_csv(file, index=False)
        elif ending == "parquet":
            table.to_parquet(file, index=False)
        else:
            table.to_json(file, orient="records", indent=1)
