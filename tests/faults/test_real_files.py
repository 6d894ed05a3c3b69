"""A folder of real files, named by VIDVIZ_REAL_VIDEOS: each gets a status, whatever is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from vidviz.services.importing.found_files import find_files

FOLDER = os.environ["VIDVIZ_REAL_VIDEOS"]


def test_every_real_file_gets_a_status_and_every_clip_its_pictures(tmp_path):
    workspace = tmp_path / "w"
    command = [sys.executable, "-m", "vidviz", "import", FOLDER, "--json", "--workspace", str(workspace)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    files = json.loads(ended.stdout)["files"]
    assert [file["file"] for file in files] == [str(found.path) for found in find_files([Path(FOLDER)], {}).files]
    for file in files:
        assert file["status"] in ("ok", "partial", "duplicate", "failed")
        assert (file["clips"] > 0) == (file["status"] != "failed")
        assert ("reason" in file) == (file["status"] != "ok")
    clips = sum(file["clips"] for file in files if file["status"] in ("ok", "partial"))
    previews = workspace / "previews"
    assert len(list(previews.glob("*.poster.webp"))) == len(list(previews.glob("*.strip.webp"))) == clips
    assert not list(previews.glob(".*"))
