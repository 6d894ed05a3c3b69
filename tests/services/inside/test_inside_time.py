"""Inside on its clock: the frames that are fed, where steps stand, what peaks and what is flat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidviz.decode.sample import view_times
from vidviz.errors import BackboneError, UnknownNameError, WorkspaceError
from vidviz.services.importing import import_run
from vidviz.services.inside import class_scores, clip_attention, layer_films, score_heat
from vidviz.services.inside.clip_input import ClipInput
from vidviz.services.inside.fed_view import find_views
from vidviz.services.inside.layer_energy import find_peak, hold_still
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.types import FrameSpec, Span
from vidviz.workspace_folder import WorkspaceFolder

RATE = 30
FLASH = 36
"""The frame that is white in the film of a flash: at 1.2 s."""


def write_film(path: Path, pictures: list[np.ndarray]) -> None:
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "12"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> tuple[WorkspaceFolder, dict[str, int]]:
    """Two seconds at 30 frames a second: a picture that stands still, and one with a white flash."""
    rows = np.arange(64)
    picture = np.repeat(((rows[:, None] * 2 + rows * 1) % 97 + 40).astype(np.uint8)[..., None], 3, axis=2)
    white = np.full_like(picture, 255)
    source = tmp_path_factory.mktemp("films")
    write_film(source / "still.mp4", [picture] * 60)
    write_film(source / "flash.mp4", [white if abs(i - FLASH) < 2 else picture for i in range(60)])
    folder = open_workspace(tmp_path_factory.mktemp("time") / "workspace")
    import_run.import_videos(folder, import_run.ImportRequest((str(source),)))
    table = contents.clip_table(folder)
    return folder, {Path(video).stem: int(clip) for video, clip in zip(table["video"], table["clip_id"], strict=True)}


@pytest.mark.parametrize("network", ["x3d_xs", "simple3d_motion"])
def test_a_still_clip_is_flat(films, network):
    """Padding in time, which gives peaks to every clip, gives it none."""
    folder, clips = films
    seen = layer_films.inspect_clip(folder, clips["still"], network, "random", sampling="spread")
    several = [layer for layer in seen.layers if len(layer.energy) > 1]
    assert several
    assert {layer.name: layer.peak for layer in several if layer.peak is not None} == {}


def test_a_flash_peaks_when_it_is(films):
    """In seconds of the video, by a layer of every second frame: spread over the clip, and in the view that has it."""
    folder, clips = films
    for more in ({"sampling": "spread"}, {"view": 2}):
        seen = layer_films.inspect_clip(folder, clips["flash"], "r3d_18", "random", ["layer2"], **more)
        [layer] = seen.layers
        assert layer.peak is not None
        apart = 2 * float(np.diff(seen.times)[0])
        assert abs(seen.clock.at(layer.moments.centres)[layer.peak] - FLASH / RATE) <= apart
    # The other view ends before it, and stands still.
    [layer] = layer_films.inspect_clip(folder, clips["flash"], "r3d_18", "random", ["layer2"], view=1).layers
    assert layer.peak is None


def test_the_frames_of_each_view_are_those_that_a_set_is_fed(films):
    folder, clips = films
    views = find_views(folder.path, clips["flash"], "simple3d_motion", "random", "spread")
    assert [view.title for view in views] == ["View 1 of 1, 0.1–2.1 s"]
    views = find_views(folder.path, clips["flash"], "r3d_18", "random")
    assert [view.title for view in views] == ["View 1 of 2, 0.0–1.1 s", "View 2 of 2, 0.9–2.0 s"]
    assert views[0].words == "16 frames, 15 a second, 0.00–1.00 s"
    spec = FrameSpec(16, (128, 171), 112, frames_per_second=15)
    np.testing.assert_array_equal([view.times for view in views], view_times(Span(0, 2), spec, 2.0))
    [one] = find_views(folder.path, clips["flash"], "r3d_18", "random", "one-view")
    assert one.words == "16 frames, 15 a second, 0.47–1.47 s"
    with pytest.raises(WorkspaceError, match="in 2 views: ask for view 1 to 2, not 3"):
        layer_films.inspect_clip(folder, clips["flash"], "r3d_18", "random", ["stem"], view=3)
    with pytest.raises(UnknownNameError, match="sampling"):
        layer_films.inspect_clip(folder, clips["flash"], "r3d_18", "random", ["stem"], sampling="odd")
    with pytest.raises(BackboneError, match="one by one"):
        layer_films.inspect_clip(folder, clips["flash"], "resnet18", "random", ["layer1"], sampling="as-trained")


def test_each_view_has_its_own_frames_and_clock(films):
    folder, clips = films
    first, second = (
        layer_films.inspect_clip(folder, clips["flash"], "r3d_18", "random", ["stem"], view=view) for view in (1, 2)
    )
    white = [int(seen.frames.mean(axis=(1, 2, 3)).argmax()) for seen in (first, second)]
    assert second.times[white[1]] == pytest.approx(FLASH / RATE, abs=1 / 15)
    assert first.frames[white[0]].mean() < 200  # it ends before the flash
    assert (first.clock.offset, second.clock.offset) == pytest.approx((0, second.times[0]))
    assert first.seconds == pytest.approx(16 / 15)
    backwards = layer_films.inspect_clip(folder, clips["flash"], "r3d_18", "random", ["stem"], view=2, backwards=True)
    np.testing.assert_array_equal(backwards.times, second.times[::-1])
    assert backwards.clock.offset == second.clock.offset


def test_heat_follows_the_view_and_says_where_it_is_coarse(films):
    folder, clips = films
    asked = ClipInput(folder.path, clips["flash"], "x3d_xs", "random", view=1)
    why = score_heat.explain_class(asked, class_scores.score_classes(asked, 1).classes[0])
    assert why.moments.sees_whole
    assert "4 steps in time" in why.caution
    np.testing.assert_array_equal(why.clock.times, asked.fed.times)


def test_a_place_is_asked_for_at_the_step_that_stands_over_its_frame(films, write_text_checkpoint, tmp_path):
    folder, clips = films
    weights = str(write_text_checkpoint(tmp_path / "small", "xclip_b32"))
    attended = clip_attention.attend(ClipInput(folder.path, clips["flash"], "xclip_b32", weights))
    for frame in range(len(attended.frames)):
        t, y, x = attended.find_position(frame, 0, 0)
        assert attended.box_of((t, y, x))[0] == (frame, frame + 1)


def test_what_hardly_varies_is_flat():
    assert find_peak(np.array([1, 1.5, 1], np.float32)) == 1
    assert find_peak(np.array([1, 1.04, 1], np.float32)) is None
    assert find_peak(np.zeros(4, np.float32)) is None
    assert find_peak(np.ones(1, np.float32)) is None
    still = hold_still(np.arange(3, dtype=np.uint8).reshape(3, 1, 1, 1).repeat(3, axis=3))
    assert still.shape == (3, 1, 1, 3)
    assert (still == 1).all()
