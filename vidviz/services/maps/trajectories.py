"""The way of a video through the embedding space: its clips in time order, the steps between them, and the leaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vidviz.log.timing import timed
from vidviz.services.library import contents, embedding_sets
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class Trajectory:
    """A video's clips in time order, T of them.

    Attributes:
        video_id: the video.
        video: its name.
        clip_ids: the T clips.
        starts: where each starts, in seconds.
        ends: where each ends.
        steps: the T - 1 cosine distances from each clip to the next.
        peaks: the steps that stand out, a cut or a change of scene; step i leads from clip i to clip i + 1.
        threshold: what a step must exceed to stand out.
    """

    video_id: str
    video: str
    clip_ids: tuple[int, ...]
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    steps: tuple[float, ...]
    peaks: tuple[int, ...]
    threshold: float


def list_set_videos(folder: WorkspaceFolder, set_key: str) -> dict[str, str]:
    """Video id -> name, of the videos with at least two clips in a set, by name."""
    spec = embedding_sets.find_set(folder, set_key).spec
    ids = embedding_sets.load_embeddings(folder, set_key).ids
    table = contents.clip_table(folder, spec.recipe_key)
    held = table[np.isin(table["clip_id"], ids)]
    counts = held.groupby("video_id", sort=False).agg(video=("video", "first"), clips=("clip_id", "size"))
    several = counts[counts["clips"] > 1]
    return dict(zip(several.index.tolist(), several["video"].tolist(), strict=True))


@timed
def follow_videos(folder: WorkspaceFolder, set_key: str, video_ids: Sequence[str]) -> list[Trajectory]:
    """The trajectories of some videos, in the order asked for; a video of which the set holds no clip has none.

    Raises:
        ProjectionError: some of their vectors are not finite.
    """
    from vidviz.measure.trajectory import find_peaks, step_distances

    spec = embedding_sets.find_set(folder, set_key).spec
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    table = contents.clip_table(folder, spec.recipe_key)
    followed = []
    for video_id in video_ids:
        rows = table[table["video_id"] == video_id].sort_values(["start_seconds", "end_seconds"])
        rows = rows[np.isin(rows["clip_id"], embeddings.ids)]
        if rows.empty:
            continue
        steps = step_distances(embeddings.vectors[np.searchsorted(embeddings.ids, rows["clip_id"])])
        peaks = find_peaks(steps)
        followed.append(
            Trajectory(
                video_id,
                str(rows["video"].iloc[0]),
                tuple(rows["clip_id"].tolist()),
                tuple(rows["start_seconds"].tolist()),
                tuple(rows["end_seconds"].tolist()),
                tuple(steps.tolist()),
                tuple(peaks.steps.tolist()),
                peaks.threshold,
            )
        )
    return followed
