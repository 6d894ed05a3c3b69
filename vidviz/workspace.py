"""The Python API: one workspace, with the same services that the dashboard and the CLI call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vidviz.config import workspace_path
from vidviz.records import LABEL, Edit
from vidviz.services.backbones.fed_frames import say_set_frames
from vidviz.services.backbones.named_backbones import name_backbone
from vidviz.services.embedding import embed_run
from vidviz.services.embedding.embed_run import EmbedReport, EmbedRequest
from vidviz.services.importing import import_run
from vidviz.services.importing.import_run import ImportReport
from vidviz.services.inside import layer_films
from vidviz.services.inside.layer_films import Inspection
from vidviz.services.library import clip_annotations, contents, embedding_sets
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.maps import map_build, map_export
from vidviz.services.progress import Progress, ignore_progress
from vidviz.services.search import query_vector, search_run
from vidviz.services.search.hits import Hit
from vidviz.services.search.queries import Example
from vidviz.types import Embeddings, EmbeddingSetSpec, MapSpec, Recipe, Sampling

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Workspace:
    """A workspace folder, made where there is none.

    Raises:
        WorkspaceError: the folder cannot be used, or is of a newer version.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.folder = open_workspace(workspace_path(path))

    def add(
        self,
        paths: str | Path | Iterable[str | Path],
        recipe: Recipe | None = None,
        *,
        labels: str | Path | None = None,
        keep: bool = False,
        progress: Progress = ignore_progress,
    ) -> ImportReport:
        """Import files and folders; see `vidviz.services.importing.import_run.ImportRequest`."""
        listed = [paths] if isinstance(paths, (str, Path)) else list(paths)
        request = import_run.request_paths(listed, recipe or Recipe(), labels, keep=keep)
        return import_run.import_videos(self.folder, request, progress)

    def clips(self, recipe: str | None = None) -> pd.DataFrame:
        """One row a clip: clip_id, video_id, video, start_seconds, end_seconds, recipe, a column a label, tags."""
        return contents.clip_table(self.folder, recipe)

    def label(self, clip_ids: int | Iterable[int], value: str, column: str = LABEL) -> Edit | None:
        """Give clips a label, before that of their videos; see `vidviz.services.library.clip_annotations.set_label`."""
        return clip_annotations.set_label(self.folder, _listed(clip_ids), value, column)

    def tag(self, clip_ids: int | Iterable[int], tag: str) -> Edit | None:
        """Add a tag to clips; see `vidviz.services.library.clip_annotations.add_tag`."""
        return clip_annotations.add_tag(self.folder, _listed(clip_ids), tag)

    def undo(self) -> Edit | None:
        """Take back the last label or tag that anybody gave in this workspace; None where there is none."""
        return clip_annotations.undo(self.folder)

    def embed(
        self,
        backbone: str,
        *,
        weights: str = "auto",
        layer: str = "",
        pooling: str = "mean",
        recipe: str = "",
        device: str = "",
        precision: str = "auto",
        accept_licence: bool = False,
        sampling: Sampling | Literal["auto"] = "auto",
        progress: Progress = ignore_progress,
    ) -> EmbedReport:
        """Embed all clips of a recipe; clips that the set holds are not computed again.

        Args:
            sampling: "as-trained" gives a video network views at the pace that it was trained at, as many as cover the
                clip; "one-view" one of them around its middle; "spread" spreads one view over the clip, whatever its
                length. "auto" is as-trained where the pace is known and the network sees more than one frame at a time.
        """
        request = EmbedRequest(
            name_backbone(backbone), weights, layer, pooling, recipe, device, precision, accept_licence, sampling
        )
        return embed_run.embed_clips(self.folder, request, progress)

    def sets(self) -> pd.DataFrame:
        """One row an embedding set, newest first."""
        import pandas as pd

        rows = [
            {"key": found.key, **asdict(found.spec), "dimension": found.dimension, "frames": say_set_frames(found.spec)}
            for found in embedding_sets.list_sets(self.folder)
        ]
        return pd.DataFrame(rows, columns=["key", *_names(EmbeddingSetSpec), "dimension", "frames"])

    def embeddings(self, embedding_set: str = "") -> Embeddings:
        """Clip ids (N,) beside vectors (N, D) of a set, the newest unless a key or backbone is named."""
        return embedding_sets.load_embeddings(self.folder, embedding_set)

    def map(self, embedding_set: str = "", spec: MapSpec | None = None) -> pd.DataFrame:
        """One row a clip: the columns of `clips`, and x, y (and z) on the map."""
        return map_build.map_table(self.folder, embedding_set, spec or MapSpec("umap"))

    def save_map(
        self, path: str | Path, embedding_set: str = "", spec: MapSpec | None = None, *, colour_by: str = ""
    ) -> Path:
        """Write the map to a .html (one file that needs nothing else), .svg or .png file; returns its path."""
        out = Path(path).expanduser().absolute()
        map_export.save_map(self.folder, out, embedding_set, spec or MapSpec("umap"), colour_by)
        return out

    def search(
        self,
        clip_id: int | None = None,
        k: int = 10,
        *,
        video: str | Path | None = None,
        seconds: tuple[float, float | None] | None = None,
        image: str | Path | None = None,
        sentence: str = "",
        vector: Sequence[float] | np.ndarray = (),
        embedding_set: str = "",
        include_self: bool = True,
    ) -> pd.DataFrame:
        """The nearest clips, best first: clip_id, video, start_seconds, end_seconds, score, label, video_id.

        Ask with any of these; several are joined into their mean direction.

        Args:
            clip_id: a clip of the library.
            k: how many hits, up to 16,384.
            video: a video file, of the library or not.
            seconds: the stretch of the video, (start, end); all of it where None.
            image: a picture file, for networks that see frames one by one.
            sentence: words, for networks that read text (`clip_b32`, `xclip_b32`).
            vector: D numbers, as long as those of the set.
            embedding_set: a key or backbone; the newest set where "".
            include_self: whether the clip that is asked with is among its hits.

        Raises:
            WorkspaceError: there is no such clip or set.
            MediaError, BackboneError: a file cannot be read, or the network cannot take what is asked with.
            SearchIndexError: nothing is asked for, the vector is of another size, or Milvus does not answer.
        """
        import pandas as pd

        query = query_vector.compose_query(
            self.folder,
            [] if clip_id is None else [Example(int(clip_id))],
            video=_absolute(video),
            seconds=seconds,
            image=_absolute(image),
            sentence=sentence,
            vector=vector,
        )
        options = search_run.SearchOptions(k=k, include_self=include_self)
        answer = search_run.search(self.folder, embedding_set, query, options)
        return pd.DataFrame([asdict(hit) for hit in answer.hits], columns=_names(Hit))

    def inspect(
        self,
        clip_id: int,
        backbone: str,
        weights: str = "auto",
        layers: Sequence[str] = (),
        *,
        backwards: bool = False,
    ) -> Inspection:
        """What the layers of a network answer to a clip.

        Args:
            clip_id: a clip of the library.
            backbone: the network.
            weights: "auto", "random", a published name, or a file or folder.
            layers: dotted paths; the network's stages where none are named.
            backwards: show the frames in reverse order.

        Returns:
            `.frames` (T, H, W, 3) uint8 and `.layers`, each with its `.film` (C, T, H, W) float32.

        Raises:
            WorkspaceError: there is no such clip.
            MediaError: its video cannot be read.
            UnknownNameError: there is no such backbone or layer.
            BackboneError: the weights cannot be had, or memory is short.
        """
        return layer_films.inspect_clip(
            self.folder, int(clip_id), name_backbone(backbone), weights, layers, backwards=backwards
        )


def _absolute(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path).expanduser().absolute()


def _listed(clip_ids: int | Iterable[int]) -> list[int]:
    """Ids as plain numbers, from one or several, numpy's or not."""
    several = clip_ids if isinstance(clip_ids, Iterable) else [clip_ids]
    return [int(number) for number in several]


def _names(kind: type) -> list[str]:
    """The names of a dataclass's fields: the columns of a table that may have no rows."""
    return [field.name for field in fields(kind)]
