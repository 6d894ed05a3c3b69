"""Which clips are taken away, with their vectors beside them, and where the files go: a folder or a zip."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.services.library import contents, embedding_sets
from vidviz.store.files import explain_disk_errors, replace_file
from vidviz.types import EmbeddingSetSpec
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd

OpenPart = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a file of a bundle, by its name, for writing."""


@dataclass(frozen=True)
class TakenClips:
    """N clips of an embedding set, by video name and time.

    `table` has the columns of `library.clip_table`, `vectors` is (N, D) float32; both have one row a clip, in the
    same order.
    """

    spec: EmbeddingSetSpec
    table: pd.DataFrame
    vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.table)

    @property
    def ids(self) -> np.ndarray:
        """(N,) int64."""
        return self.table["clip_id"].to_numpy(np.int64)

    def arrays(self) -> dict[str, np.ndarray]:
        """What an npz of vectors holds: `clip_ids`, `vectors`, and where they come from as texts."""
        origin = {name: np.array(getattr(self.spec, name)) for name in ("backbone", "weights", "layer", "pooling")}
        return {"clip_ids": self.ids, "vectors": self.vectors, **origin}


def take_clips(folder: WorkspaceFolder, set_key: str, wanted: Collection[int] | None = None) -> TakenClips:
    """The clips of a set that have a vector; with `wanted`, those of them whose ids it holds.

    Raises:
        WorkspaceError: there is no such set, or none of its clips is wanted.
    """
    found = embedding_sets.find_set(folder, set_key)
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    table = contents.clip_table(folder, found.spec.recipe_key)
    kept = np.isin(table["clip_id"].to_numpy(np.int64), embeddings.ids)
    if wanted is not None:
        kept &= np.isin(table["clip_id"].to_numpy(np.int64), np.fromiter(wanted, np.int64, len(wanted)))
    table = table[kept].reset_index(drop=True)
    if not len(table):
        raise WorkspaceError("None of these clips has a vector in this embedding set: there is nothing to take away.")
    rows = np.searchsorted(embeddings.ids, table["clip_id"].to_numpy(np.int64))
    return TakenClips(found.spec, table, embeddings.vectors[rows])


def folder_parts(place: Path) -> OpenPart:
    """The files of a bundle in a folder, which is made; each replaces one of the same name.

    Raises:
        WorkspaceError: the folder cannot be made or written.
    """
    if place.exists() and not place.is_dir():
        raise WorkspaceError(f"{str(place)!r} is a file; name a folder, or a file that ends in .zip.")
    with explain_disk_errors(place):
        place.mkdir(parents=True, exist_ok=True)
    return lambda name: replace_file(place / name)


@contextmanager
def zip_parts(file: IO[bytes]) -> Iterator[OpenPart]:
    """The files of a bundle in a zip, which is whole when the block ends."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        yield lambda name: archive.open(name, "w", force_zip64=True)


def write_text(open_part: OpenPart, name: str, text: str) -> None:
    """Write a text file of a bundle, UTF-8; half a surrogate pair, which no encoding has, becomes a question mark."""
    with open_part(name) as file:
        file.write(text.encode("utf-8", "replace"))
