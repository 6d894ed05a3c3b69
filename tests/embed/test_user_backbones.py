"""Backbones of one's own: a named `module:function`, entry points, and what is refused."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from vidviz.embed import backbones, user_backbones
from vidviz.embed.backbones import find_backbone
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import load_backbone
from vidviz.errors import BackboneError
from vidviz.workspace import Workspace

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "own-backbone.md"
SAMPLES = Path(__file__).parents[2] / "sample_videos"


def written_example() -> str:
    (code,) = re.findall(r"```python\n(# tiny_net\.py\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(code)


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's example as a file in the current folder; nothing is named yet."""
    (tmp_path / "tiny_net.py").write_text(written_example())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv(user_backbones.NAMED, "")
    monkeypatch.delitem(sys.modules, "tiny_net", raising=False)
    return tmp_path


def test_the_example_is_twenty_lines() -> None:
    assert len([line for line in written_example().splitlines() if line.strip()]) <= 20


def test_code_runs_only_where_a_person_names_it(example: Path) -> None:
    with pytest.raises(BackboneError, match=r"is code that does not come with vidviz.*VIDVIZ_BACKBONES=tiny_net:tiny"):
        find_backbone("tiny_net:tiny")
    assert "tiny_net" not in sys.modules
    user_backbones.allow_own("tiny_net:tiny")
    assert find_backbone("tiny_net:tiny").name == "tiny_net:tiny"


def test_the_example_embeds_clips(example: Path) -> None:
    loaded = load_backbone("tiny_net:tiny", "random", device="cpu")
    row = loaded.backbone
    spec = row.frames
    shape = (2, spec.num_frames, spec.crop_px, spec.crop_px, 3)
    clips = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    vectors = Embedder(loaded).embed(clips)
    assert vectors.shape == (2, row.embedding_size)
    assert not np.allclose(vectors[0], vectors[1])


def test_the_command_line_embeds_with_the_example(example: Path) -> None:
    workspace = Workspace(example / "w")
    workspace.add(SAMPLES / "grow_blue-heart_terrazzo.mp4")
    words = ["embed", "--backbone", "tiny_net:tiny", "--weights", "random", "--workspace", str(example / "w")]
    command = [sys.executable, "-m", "vidviz", *words]
    assert "embedded" in subprocess.run(command, capture_output=True, text=True, check=True, cwd=example).stdout
    (row,) = workspace.sets().to_dict("records")
    assert (row["backbone"], row["dimension"]) == ("tiny_net:tiny", 8)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere_at_all:tiny", "cannot be imported"),
        ("tiny_net:other", "tiny_net has no 'other'"),
        ("tiny_net:build", r"must give vidviz\.Backbone descriptions, not Sequential"),
    ],
)
def test_code_that_gives_no_description(example: Path, name: str, says: str) -> None:
    user_backbones.allow_own(name)
    with pytest.raises(BackboneError, match=says):
        find_backbone(name)


def test_entry_points_are_registered_and_a_broken_one_harms_nobody(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [
        EntryPoint("tiny", "tiny_net:tiny", user_backbones.GROUP),
        EntryPoint("broken", "nowhere_at_all:tiny", user_backbones.GROUP),
    ]
    monkeypatch.setattr(user_backbones, "entry_points", lambda group: points if group == user_backbones.GROUP else [])
    user_backbones.installed_backbones.cache_clear()
    backbones._registry.cache_clear()
    try:
        assert find_backbone("tiny_net").title
        assert "r3d_18" in backbones.backbones()
        assert ["'broken'" in problem for problem in user_backbones.installed_backbones()[1]] == [True]
    finally:
        user_backbones.installed_backbones.cache_clear()
        backbones._registry.cache_clear()
