"""The kinds of files that clips are taken away as. A further kind is a function and its row in one of the tables.

Buttons, endings, errors and the command's help are made from the rows; `vidviz export --as` names those of `TOOLS`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np

from vidviz.services.export.chosen_clips import OpenPart, TakenClips
from vidviz.services.export.fiftyone_files import write_fiftyone
from vidviz.services.export.tensorboard_files import write_tensorboard
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Offer:
    """How a button on the Map page offers a kind of file: its title, and a sentence on what it is good for."""

    title: str
    help_text: str


@dataclass(frozen=True)
class TableKind:
    """A file with one row a clip; `offer` is None where only commands write it."""

    write: Callable[[pd.DataFrame, IO[bytes]], None]
    offer: Offer | None = None


@dataclass(frozen=True)
class VectorsKind:
    """A file with the vectors of the clips."""

    write: Callable[[TakenClips, IO[bytes]], None]
    offer: Offer


@dataclass(frozen=True)
class ToolKind:
    """Several files that another tool reads: a folder or a zip."""

    write: Callable[[WorkspaceFolder, TakenClips, OpenPart], None]
    offer: Offer


def _write_csv(table: pd.DataFrame, file: IO[bytes]) -> None:
    # Every text in quotes: not all readers take a lone carriage return for part of one that has none.
    table.to_csv(file, index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")


def _write_parquet(table: pd.DataFrame, file: IO[bytes]) -> None:
    table.to_parquet(file, index=False)


def _write_json(table: pd.DataFrame, file: IO[bytes]) -> None:
    table.to_json(file, orient="records", indent=1)


def _write_npz(taken: TakenClips, file: IO[bytes]) -> None:
    np.savez(file, **taken.arrays())  # type: ignore[arg-type]


NPZ = "npz"

TABLES: dict[str, TableKind] = {
    "csv": TableKind(
        _write_csv,
        Offer(
            "CSV",
            "One row a clip, with all labels as they are; a spreadsheet may take one that begins with = for a formula.",
        ),
    ),
    "parquet": TableKind(_write_parquet, Offer("Parquet", "The same table, typed, for pandas, DuckDB or Spark.")),
    "json": TableKind(_write_json),
}

VECTORS: dict[str, VectorsKind] = {
    NPZ: VectorsKind(_write_npz, Offer("npz", "NumPy arrays: clip_ids and vectors, row for row as in the table.")),
}

TOOLS: dict[str, ToolKind] = {
    "tensorboard": ToolKind(
        write_tensorboard,
        Offer(
            "TensorBoard",
            "A zip for the Embedding Projector: vectors, labels and posters. Unpack it and run `tensorboard --logdir` "
            "on the folder.",
        ),
    ),
    "fiftyone": ToolKind(
        write_fiftyone,
        Offer(
            "FiftyOne",
            "A zip with clips, labels, vectors and a short script that loads them. The videos stay where they are.",
        ),
    ),
}
