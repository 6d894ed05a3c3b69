"""A workspace of any size without a video behind it: rows and random vectors.

python -m parts.synthetic FOLDER CLIPS      # prints the number of its first clip
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np

from vidviz.records import Clip, EmbeddingSet, Video
from vidviz.services.index import set_index
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.maps import map_build
from vidviz.store import clips, sets, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, MapSpec, Recipe, Span, VideoProbe, clip_id

CLIPS_A_VIDEO = 20
NUM_GROUPS = 12
EMBEDDING_SIZE = 512
PROBE = VideoProbe("h264", "mp4", 640, 360, 0, 30.0, False, 1200, 40.0, 0.0, False, True)


def fill_workspace(place: Path, num_clips: int) -> int:
    """Videos of twenty clips each with labels, a set of embeddings in groups, its index and maps; the first clip."""
    folder, rng = open_workspace(place), np.random.default_rng(0)
    ids: list[int] = []
    with write_catalogue(folder) as db:
        for number in range(num_clips // CLIPS_A_VIDEO):
            rows = clip_rows(number)
            video_id = rows[0].video_id
            videos.add_video(db, Video(video_id, f"{number}.mp4", f"/{number}.mp4", False, 1000, PROBE, None))
            videos.set_labels(db, video_id, {"label": f"group {number % NUM_GROUPS}"})
            clips.add_clips(db, rows)
            ids += [row.id for row in rows]
        spec = EmbeddingSetSpec("r3d_18", "random", "avgpool", "mean", Recipe().key)
        sets.add_set(db, EmbeddingSet(spec, EMBEDDING_SIZE))
    groups = np.arange(len(ids)) // CLIPS_A_VIDEO % NUM_GROUPS
    vectors = rng.normal(size=(NUM_GROUPS, EMBEDDING_SIZE))[groups] + rng.normal(size=(len(ids), EMBEDDING_SIZE))
    VectorShards(folder.vectors(spec.key)).append(Embeddings(np.array(ids, np.int64), vectors.astype(np.float32)))
    set_index.refresh_index(folder, spec.key)
    for method in ("pca", "umap"):
        map_build.build_map(folder, spec.key, MapSpec(method))
    return ids[0]


def clip_rows(number: int) -> list[Clip]:
    """The clips of one video."""
    video_id, recipe = hashlib.sha256(str(number).encode()).hexdigest(), Recipe().key
    spans = [Span(2.0 * place, 2.0 * place + 2.0) for place in range(CLIPS_A_VIDEO)]
    return [Clip(clip_id(video_id, span, recipe), video_id, recipe, span) for span in spans]


if __name__ == "__main__":
    print(fill_workspace(Path(sys.argv[1]), int(sys.argv[2])))
