"""Type checkers see the public names from outside, although they are loaded late."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import vidviz

ROOT = Path(__file__).parents[2]
# What other packages say of their types is not what this is about, and takes long.
SETTINGS = """[mypy]
strict = true
[mypy-torch.*,torchvision.*,numpy.*,pandas.*,streamlit.*,plotly.*,PIL.*,psutil.*,click.*]
follow_imports = skip
"""
PROGRAM = """import vidviz

{reveals}

def use(row: vidviz.Backbone) -> None:
    reveal_type(row.stages)
    vidviz.Workspace(path=1.5)
    vidviz.FrameSpec(num_frames="16", resize_px=64, crop_px=64)
    vidviz.no_such_name
"""


def test_mypy_sees_every_public_name(tmp_path: Path) -> None:
    names = [name for name in vidviz.__all__ if name != "__version__"]
    reveals = "\n".join(f"reveal_type(vidviz.{name})" for name in names)
    (tmp_path / "outside.py").write_text(PROGRAM.format(reveals=reveals))
    (tmp_path / "mypy.ini").write_text(SETTINGS)
    # A folder on the path counts as installed, so without py.typed nothing in it would be seen.
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), "outside.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    seen = re.findall(r'note: Revealed type is "(.*)"', done.stdout)
    assert len(seen) == len(names) + 1, done.stdout
    assert not [said for said in seen if said == "Any"], done.stdout
    for name, said in zip(names, seen, strict=False):
        assert said.startswith("def ") or "overload" in said.lower(), f"{name}: {said}"
    assert "description.Stage" in seen[-1]
    errors = re.findall(r"error: .*\[([a-z-]+)\]", done.stdout)
    assert sorted(errors) == ["arg-type", "arg-type", "attr-defined"], done.stdout
