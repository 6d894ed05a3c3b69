"""The tutorial's own example: three clips through Simple3DCNN, the first as the query, limit 2."""

from __future__ import annotations

from vidviz.services.embedding import embed_run
from vidviz.services.embedding.embed_run import EmbedRequest
from vidviz.services.importing import import_run
from vidviz.services.library import contents
from vidviz.services.search import search_run
from vidviz.types import Recipe


def test_the_first_clip_finds_itself_at_one(folder, make_video, usual_engine):
    paths = tuple(str(make_video(f"clip {number}.mp4", seconds=1.6, seed=number)) for number in range(3))
    import_run.import_videos(folder, import_run.ImportRequest(paths, Recipe()))
    # The dense layers of the tutorial's network take 3 GB; what they are made of is there before them.
    embed_run.embed_clips(folder, EmbedRequest("simple3d", "random", layer="pool2", precision="float32"))
    ids = contents.clip_table(folder)["clip_id"].tolist()
    assert len(ids) == 3
    answer = search_run.search_by_clip(folder, "", ids[0], 2)
    assert answer.engine == usual_engine
    assert len(answer.hits) == 2
    assert (answer.hits[0].clip_id, answer.hits[0].score) == (ids[0], 1.0)
    assert answer.hits[1].clip_id in ids[1:]
    assert answer.hits[1].score < 1
