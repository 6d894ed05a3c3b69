"""The demo: from samples to maps (of three clips, which spares loading UMAP) and index, and nothing of it twice."""

from __future__ import annotations

import pytest

from vidviz.services import demo
from vidviz.services.library import embedding_sets
from vidviz.services.maps import map_build
from vidviz.types import MapSpec


def test_a_second_demo_computes_nothing(folder, write_video, tiny, tmp_path, monkeypatch):
    for seed in range(3):
        write_video(tmp_path / f"site/sample_videos/{seed}.mp4", seed=seed)
    monkeypatch.setattr(demo.dashboard, "find_site", lambda: tmp_path / "site")
    told = []
    message = demo.prepare_demo(folder, ["tiny"], told.append)
    assert message == "3 samples (3 new), 3 clips by tiny (3 embedded now)."
    assert any("importing the samples" in line for line in told)
    key = embedding_sets.find_set(folder).key
    for method in ("pca", "umap"):
        assert map_build.find_map(folder, key, MapSpec(method)) is not None
    for name in ("vidviz.decode.ingest.ingest_video", "vidviz.embed.load.load_ready"):
        monkeypatch.setattr(name, lambda *_, **__: pytest.fail("done again"))
    monkeypatch.setattr("vidviz.services.maps.map_build._project", lambda *_: pytest.fail("laid out again"))
    again = demo.prepare_demo(folder, ["tiny"], told.append)
    assert again == "3 samples (0 new), 3 clips by tiny (0 embedded now)."
