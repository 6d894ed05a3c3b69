"""Reading ahead: every clip is answered once, and no decoder is left behind or wasted."""

from __future__ import annotations

from contextlib import closing

import psutil
import pytest

from vidviz.decode.workers.worker import DecodeWorker
from vidviz.errors import MediaError
from vidviz.records import Clip, Video
from vidviz.services.backbones.clip_reader import ReadAhead, read_one
from vidviz.types import FrameSpec, Recipe, Span, VideoProbe, clip_id

FRAMES = FrameSpec(2, 16, 16)


def clip_of(video_id, start, end):
    span = Span(start, end)
    return Clip(clip_id(video_id, span, Recipe().key), video_id, Recipe().key, span)


def videos_of(paths, seconds):
    probe = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, round(10 * seconds), seconds, 0.0, False, True)
    return {name: Video(name, path.name, str(path), False, 1, probe, None) for name, path in paths.items()}


def children():
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_every_clip_is_answered_once_and_a_broken_video_costs_its_own_clips(make_video, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing")
    paths = {"a": make_video(seconds=2.0), "b": broken, "c": make_video("c.mp4", seconds=2.0, seed=1)}
    todo = [clip_of(video, start, start + 0.5) for start in (1.0, 0.0, 0.5, 7.0) for video in paths]
    answers = {read.clip.id: read for read in ReadAhead(todo, videos_of(paths, 2.0), FRAMES)}
    assert answers.keys() == {clip.id for clip in todo}
    for clip in todo:
        read = answers[clip.id]
        if clip.video_id == "b":
            assert read.frames is None
            assert "broken.mp4 is not a video" in read.reason
        elif clip.span.start_seconds == 7.0:
            assert read.frames is None
            assert "ends too early for 1 of 4 clips" in read.reason
        else:
            assert read.frames.shape == (2, 16, 16, 3)


def test_leaving_early_ends_the_decoder(make_video):
    before = children()
    todo = [clip_of("a", number / 10, number / 10 + 0.2) for number in range(40)]
    with closing(ReadAhead(todo, videos_of({"a": make_video(seconds=5.0)}, 5.0), FRAMES)) as reads:
        next(reads)
        assert children() - before
    assert children() == before


def test_one_clip_after_another_comes_from_the_same_decoder(make_video):
    path = make_video(seconds=2.0)
    with DecodeWorker() as worker:
        first = worker.process_id
        for start in (0.0, 1.0):
            assert read_one(clip_of("a", start, start + 1), path, 2.0, FRAMES, worker).shape == (2, 16, 16, 3)
        assert worker.process_id == first
        with pytest.raises(MediaError, match="ends too early"):
            read_one(clip_of("a", 8.0, 9.0), path, 2.0, FRAMES, worker)


def test_frames_with_a_pace_come_view_by_view_and_stay_in_the_video(make_video):
    paths = {"a": make_video(seconds=2.0)}
    spec = FrameSpec(4, 16, 16, frames_per_second=5.0)  # views of 0.8 s
    todo = [clip_of("a", 0.0, 2.0), clip_of("a", 1.8, 2.0)]
    reads = {read.clip.id: read.frames for read in ReadAhead(todo, videos_of(paths, 2.0), spec)}
    assert [len(reads[clip.id]) for clip in todo] == [12, 4]
    # The short one's view is moved back so that it ends with the video, as the other's last view does.
    assert (reads[todo[1].id] == reads[todo[0].id][-4:]).all()
