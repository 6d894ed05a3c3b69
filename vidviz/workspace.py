"""The Python API: one workspace, with the same services that the dashboard and the CLI call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from vidviz.config import workspace_path
from vidviz.errors import SearchIndexError
from vidviz.records import LABEL, Clip, Edit, Removal, RemovalKind
from vidviz.services.backbones.fed_frames import say_set_frames
from vidviz.services.backbones.named_backbones import name_backbone
from vidviz.services.embedding import embed_run, outside_vectors
from vidviz.services.embedding.embed_run import EmbedReport, EmbedRequest
from vidviz.services.embedding.outside_vectors import BroughtIn
from vidviz.services.export import export_run
from vidviz.services.importing import import_run
from vidviz.services.importing.import_run import ImportReport
from vidviz.services.index import set_index
from vidviz.services.inside import layer_films
from vidviz.services.inside.layer_films import Inspection
from vidviz.services.library import clip_annotations, contents, embedding_sets
from vidviz.services.library.python_arguments import (
    read_clip_id,
    read_clip_ids,
    read_count,
    read_name,
    read_path,
    read_text,
)
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.maps import map_build, map_export
from vidviz.services.progress import Progress, ignore_progress
from vidviz.services.search import query_vector, search_run
from vidviz.services.search.hits import Hit
from vidviz.services.search.queries import Example
from vidviz.services.upkeep import leftovers, removals
from vidviz.services.upkeep.leftovers import Swept
from vidviz.types import Embeddings, EmbeddingSetSpec, MapSpec, Recipe, Sampling
from vidviz.words import count_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from vidviz import Backbone

ClipIds: TypeAlias = (
    "int | str | np.integer | Clip | Hit | Iterable[int | str | np.integer | Clip | Hit] | pd.DataFrame"
)
"""One clip or several: ids as numbers or digits, clips, hits, or a table with a column `clip_id`."""

SetName: TypeAlias = "str | EmbeddingSetSpec | EmbedReport | BroughtIn"
"""A set by its key, the beginning of that, or its backbone; or by what `embed` and `bring_in` gave."""


class Workspace:
    """A workspace folder, made where there is none.

    Raises:
        WorkspaceError: the folder cannot be used, or is of a newer version.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.folder = open_workspace(workspace_path(path and read_path("A workspace", path)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        num_videos, num_clips = contents.count_library(self.folder)
        num_sets = len(embedding_sets.list_sets(self.folder))
        counts = (count_of(num_videos, "video"), count_of(num_clips, "clip"), count_of(num_sets, "embedding set"))
        return f"<Workspace {str(self.folder.path)!r}: {', '.join(counts)}>"

    def close(self) -> None:
        """Leave the local Milvus file to other processes, as the end of a `with` block does.

        Whatever needs it later opens it again.
        """
        set_index.release_index(self.folder)

    def add(
        self,
        paths: str | Path | Iterable[str | Path],
        recipe: Recipe | None = None,
        *,
        labels: str | Path | None = None,
        keep: bool = False,
        progress: Progress = ignore_progress,
    ) -> ImportReport:
        """Import files and folders; see `vidviz.services.importing.import_run.ImportRequest`.

        Without a recipe, clips are two seconds long, or the segments of a label table with times.
        """
        several = paths if isinstance(paths, Iterable) and not isinstance(paths, (str, bytes)) else [paths]
        listed = [read_path("What is imported", path) for path in several]
        table = None if labels is None else read_path("A label table", labels)
        request = import_run.request_paths(listed, recipe, table, keep=keep)
        return import_run.import_videos(self.folder, request, progress)

    def clips(self, recipe: str | None = None) -> pd.DataFrame:
        """One row a clip: clip_id, video_id, video, start_seconds, end_seconds, recipe, a column a label, tags."""
        return contents.clip_table(self.folder, recipe and read_name("A recipe", recipe))

    def label(self, clip_ids: ClipIds, value: str | float, column: str = LABEL) -> Edit | None:
        """Give clips a label, before that of their videos; see `vidviz.services.library.clip_annotations.set_label`."""
        text, name = read_text("A label", value), read_text("The name of a label column", column)
        return clip_annotations.set_label(self.folder, read_clip_ids(clip_ids), text, name)

    def tag(self, clip_ids: ClipIds, tag: str) -> Edit | None:
        """Add a tag to clips; see `vidviz.services.library.clip_annotations.add_tag`."""
        return clip_annotations.add_tag(self.folder, read_clip_ids(clip_ids), read_text("A tag", tag))

    def untag(self, clip_ids: ClipIds, tag: str) -> Edit | None:
        """Take a tag away from clips; see `vidviz.services.library.clip_annotations.remove_tag`."""
        return clip_annotations.remove_tag(self.folder, read_clip_ids(clip_ids), read_text("A tag", tag))

    def undo(self) -> Edit | None:
        """Take back the last label or tag that anybody gave in this workspace; None where there is none."""
        return clip_annotations.undo(self.folder)

    def redo(self) -> Edit | None:
        """Do again what was taken back last; None where there is none, or something else was done since."""
        return clip_annotations.redo(self.folder)

    def embed(
        self,
        backbone: str | Backbone,
        *,
        weights: str | Path = "auto",
        layer: str = "",
        pooling: str = "mean",
        recipe: str | Recipe = "",
        device: str = "",
        precision: str = "auto",
        accept_licence: bool = False,
        sampling: Sampling | Literal["auto"] = "auto",
        progress: Progress = ignore_progress,
    ) -> EmbedReport:
        """Embed all clips of a recipe; clips that the set holds are not computed again.

        Args:
            backbone: its name, or its description as `vidviz.backbones` has it.
            weights: "auto", "random", a published name, or a file or folder.
            recipe: of the clips; that with most of them where "".
            sampling: "as-trained" gives a video network views at the pace that it was trained at, as many as cover the
                clip; "one-view" one of them around its middle; "spread" spreads one view over the clip, whatever its
                length. "auto" is as-trained where the pace is known and the network sees more than one frame at a time.
        """
        name, cut = name_backbone(backbone), read_name("A recipe", recipe)
        request = EmbedRequest(name, str(weights), layer, pooling, cut, device, precision, accept_licence, sampling)
        return embed_run.embed_clips(self.folder, request, progress)

    def sets(self) -> pd.DataFrame:
        """One row an embedding set, newest first."""
        import pandas as pd

        rows = [
            {"key": found.key, **asdict(found.spec), "dimension": found.dimension, "frames": say_set_frames(found.spec)}
            for found in embedding_sets.list_sets(self.folder)
        ]
        return pd.DataFrame(rows, columns=["key", *_names(EmbeddingSetSpec), "dimension", "frames"])

    def bring_in(self, path: str | Path, name: str, *, replace: bool = False) -> BroughtIn:
        """Make an embedding set of vectors from elsewhere; see `vidviz.services.embedding.outside_vectors.bring_in`."""
        file = read_path("A file of vectors", path)
        return outside_vectors.bring_in(self.folder, file, read_name("A set", name), replace=replace)

    def embeddings(self, embedding_set: SetName = "") -> Embeddings:
        """Clip ids (N,) beside vectors (N, D) of a set, the newest unless a key or backbone is named."""
        return embedding_sets.load_embeddings(self.folder, _key(embedding_set))

    def export(self, path: str | Path, embedding_set: SetName = "", *, tool: str = "") -> list[Path]:
        """Write the table of clips (.csv, .parquet, .json), the vectors of a set (.npz), or files for another tool.

        Args:
            path: where to; for a tool a folder or a .zip.
            embedding_set: with a set, a table has its clips alone, and its vectors lie beside it as .npz.
            tool: "tensorboard" or "fiftyone".

        Returns:
            What was written.

        Raises:
            WorkspaceError: the ending is unknown, or the place cannot be written.
            UnknownNameError: there is no such tool.
        """
        out = read_path("What is written", path)
        if tool:
            return export_run.export_bundle(self.folder, out, tool, _key(embedding_set))
        return export_run.export_clips(self.folder, out, _key(embedding_set))

    def remove(self, kind: RemovalKind, *names: int | str | tuple[str, str]) -> Removal:
        """Remove things with all that hangs on them; `take_back` brings them back as they were.

        Files that were imported from elsewhere are never touched.

        Args:
            kind: "video", "file" (one that failed), "clip", "recipe", "set", "label" (a column), "value" (of a label
                column) or "job".
            names: videos by id, path or name; files by path or name; clips and jobs by number; recipes and sets by key;
                label columns by name; values as (column, value), or of the column `label`.

        Returns:
            The removal: its `.id`, and `.counts` of what went.

        Raises:
            WorkspaceError: one of them is not there, or its name means several.
            UnknownNameError: there is no such recipe, column or value.
        """
        return removals.remove(self.folder, removals.weigh(self.folder, kind, names))

    def removals(self) -> list[Removal]:
        """All that can be taken back, the last one first."""
        return removals.list_removals(self.folder)

    def take_back(self, removal_id: int | None = None) -> Removal:
        """Bring back what was removed last, or by this number.

        Raises:
            WorkspaceError: there is no such removal any more, or it belongs to something removed after it.
        """
        return removals.take_back(self.folder, removal_id)

    def gc(self, *, keep_days: float = leftovers.KEPT_DAYS, dry_run: bool = False) -> Swept:
        """Delete files that nothing names any more, and give up removals older than `keep_days`."""
        return leftovers.sweep(self.folder, keep_days=keep_days, dry_run=dry_run)

    def map(self, embedding_set: SetName = "", spec: MapSpec | None = None) -> pd.DataFrame:
        """One row a clip: the columns of `clips`, and x, y (and z) on the map."""
        return map_build.map_table(self.folder, _key(embedding_set), spec or MapSpec("umap"))

    def save_map(
        self, path: str | Path, embedding_set: SetName = "", spec: MapSpec | None = None, *, colour_by: str = ""
    ) -> Path:
        """Write the map to a .html (one file that needs nothing else), .svg or .png file; returns its path."""
        out = read_path("A map", path)
        map_export.save_map(self.folder, out, _key(embedding_set), spec or MapSpec("umap"), colour_by)
        return out

    def search(
        self,
        clip_id: ClipIds | None = None,
        k: int = 10,
        *,
        video: str | Path | None = None,
        seconds: tuple[float, float | None] | None = None,
        image: str | Path | None = None,
        sentence: str = "",
        vector: Sequence[float] | np.ndarray = (),
        embedding_set: SetName = "",
        include_self: bool = True,
    ) -> pd.DataFrame:
        """The nearest clips, best first: clip_id, video, start_seconds, end_seconds, score, label, video_id.

        Ask with any of these; several are joined into their mean direction.

        Args:
            clip_id: a clip of the library, or several.
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
            [] if clip_id is None else [Example(number) for number in read_clip_ids(clip_id)],
            video=None if video is None else read_path("A video", video),
            seconds=seconds,
            image=None if image is None else read_path("An image", image),
            sentence=sentence,
            vector=vector,
        )
        count = read_count("How many hits are wanted", k, SearchIndexError)
        options = search_run.SearchOptions(k=count, include_self=include_self)
        answer = search_run.search(self.folder, _key(embedding_set), query, options)
        return pd.DataFrame([asdict(hit) for hit in answer.hits], columns=_names(Hit))

    def inspect(
        self,
        clip_id: ClipIds,
        backbone: str | Backbone,
        weights: str | Path = "auto",
        layers: Sequence[str] = (),
        *,
        backwards: bool = False,
        sampling: str = "auto",
        view: int = 1,
    ) -> Inspection:
        """What the layers of a network answer to a clip, of which they see one view.

        Args:
            clip_id: a clip of the library.
            backbone: the network.
            weights: "auto", "random", a published name, or a file or folder.
            layers: dotted paths; the network's stages where none are named.
            backwards: show the frames in reverse order.
            sampling: "as-trained", "one-view" or "spread"; "auto" is the network's usual one.
            view: which of the views that the sampling gives, from 1 on.

        Returns:
            `.frames` (T, H, W, 3) uint8 with their `.times` in the video, and `.layers`, each with its `.film`
            (C, t, H, W) float32 and its `.moments`, where each of the t steps stands among the frames.

        Raises:
            WorkspaceError: there is no such clip, or no such view of it.
            MediaError: its video cannot be read.
            UnknownNameError: there is no such backbone, layer or sampling.
            BackboneError: the weights cannot be had, or memory is short.
        """
        return layer_films.inspect_clip(
            self.folder,
            read_clip_id(clip_id),
            name_backbone(backbone),
            str(weights),
            layers,
            backwards=backwards,
            sampling=sampling,
            view=view,
        )


def _key(embedding_set: SetName) -> str:
    return read_name("An embedding set", embedding_set)


def _names(kind: type) -> list[str]:
    """The names of a dataclass's fields: the columns of a table that may have no rows."""
    return [field.name for field in fields(kind)]
