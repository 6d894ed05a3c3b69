"""Reading ahead: every clip is answered once, and no decoder is left behind or wasted."""

from __future__ import annotations

from contextlib import closing

import psutil
import pytest

from vidviz.decode.worker import DecodeWorker
from vidviz.errors import MediaError
from vidviz.records import Clip
from vidviz.services.backbones.clip_reader import ReadAhead, read_one
from vidviz.types import FrameSpec, Recipe, Span, clip_id

FRAMES = FrameSpec(2, 16, 16)


def clip_of(video_id, start, end):
    span = Span(start, end)
    return Clip(clip_id(video_id, span, Recipe().key), video_id, Recipe().key, span)


def children():
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_every_clip_is_answered_once_and_a_broken_video_costs_its_own_clips(make_video, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing")
    paths = {"a": make_video(seconds=2.0), "b": broken, "c": make_video("c.mp4", seconds=2.0, seed=1)}
    todo = [clip_of(video, start, start + 0.5) for start in (1.0, 0.0, 0.5, 7.0) for video in paths]
    answers = {read.clip.id: read for read in ReadAhead(todo, paths, FRAMES)}
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
    with closing(ReadAhead(todo, {"a": make_video(seconds=5.0)}, FRAMES)) as reads:
        next(reads)
        assert children() - before
    assert children() == before


def test_one_clip_after_another_comes_from_the_same_decoder(make_video):
    path = make_video(seconds=2.0)
    with DecodeWorker() as worker:
        first = worker.process_id
        for start in (0.0, 1.0):
            assert read_one(clip_of("a", start, start + 1), path, FRAMES, worker).shape == (2, 16, 16, 3)
        assert worker.process_id == first
        with pytest.raises(MediaError, match="ends too early"):
            read_one(clip_of("a", 8.0, 9.0), path, FRAMES, worker)
