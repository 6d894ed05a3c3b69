"""What README shows of Python runs as it stands, on sample videos."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"^## Python\n\n```python\n(.*?)```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    videos = sorted((ROOT / "sample_videos").glob("[!f]*_*.mp4"))[:8]
    (tmp_path / "clips").mkdir()
    for video in videos:
        shutil.copy(video, tmp_path / "clips")
    shutil.copy(ROOT / "sample_videos" / "film_red-ball.mp4", tmp_path / "new.mp4")
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {}
    exec(code, scope)  # the text is the README's
    assert len(scope["clips"]) == len(videos)
    assert len(scope["hits"]) > 0
    assert scope["seen"].layers[0].film.ndim == 4
    assert (tmp_path / "map.html").stat().st_size > 10_000
