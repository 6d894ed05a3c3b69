"""kill -9 in the middle of an edit: the catalogue holds all of it or nothing, and the next edit goes on."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys

from vidviz.records import Clip, Video
from vidviz.services.library import clip_annotations, contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import clips, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.types import Span, VideoProbe

PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 100, 10.0, 0.0, False, True)
CLIPS = range(1, 3001)
KILLS = 8


LABEL_ON_AND_ON = """
import sys
from pathlib import Path
from vidviz.services.library import clip_annotations
from vidviz.workspace_folder import WorkspaceFolder

folder, clips, number = WorkspaceFolder(Path(sys.argv[1])), range(1, int(sys.argv[2]) + 1), 0
while True:
    number += 1
    clip_annotations.set_label(folder, clips, f"value {number}")
    clip_annotations.add_tag(folder, clips, f"tag {number}")
    clip_annotations.undo(folder)
    print(number, flush=True)
"""


def test_kills_in_the_middle_of_edits_leave_before_or_after(tmp_path):
    folder = open_workspace(tmp_path / "w")
    with write_catalogue(folder) as db:
        videos.add_video(db, Video("a", "a.mp4", "/a", False, 1, PROBE, None))
        clips.add_clips(db, [Clip(n, "a", "windows-2-2-keep", Span(float(n), n + 1.0)) for n in CLIPS])
    command = [sys.executable, "-c", LABEL_ON_AND_ON, str(folder.path), str(len(CLIPS))]
    moments = random.Random(4)
    seen = set()
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
            assert worker.stdout.readline() == b"1\n"
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.wait(moments.uniform(0.0, 0.15))  # it never ends by itself
            worker.kill()
        assert worker.returncode == -signal.SIGKILL
        reopened = open_workspace(folder.path)
        table = contents.clip_table(reopened)
        (label,) = set(table["label"])
        (tags,) = set(table["tags"])
        last = clip_annotations.last_edit(reopened)
        assert last.num_clips == len(CLIPS)
        # The log and the clips say the same.
        assert last.value == (label if last.kind == "label" else tags)
        seen.add(last.kind)
        while clip_annotations.undo(reopened):
            pass
        assert clip_annotations.set_label(reopened, CLIPS, "before the next").num_clips == len(CLIPS)
    assert "label" in seen
