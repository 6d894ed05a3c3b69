"""Inside, as pages and notebooks call it: films, reasons, saliency that holds, best clips, files to take away."""

from __future__ import annotations

import ast
import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

import vidviz
from vidviz.errors import BackboneError, UnknownNameError, WorkspaceError
from vidviz.services import dashboard
from vidviz.services.importing import import_run
from vidviz.services.inside import (
    best_clips,
    channel_choice,
    class_scores,
    clip_attention,
    film_export,
    layer_facts,
    layer_films,
    occlusion,
    score_heat,
    vector_shares,
)
from vidviz.services.inside.channel_choice import ChannelChoice
from vidviz.services.inside.clip_input import ClipInput
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.workspace_folder import WorkspaceFolder

MOTIONS = ("slide-left", "slide-right", "grow", "turn-clockwise", "bounce")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[WorkspaceFolder, list[int]]:
    """A workspace with five sample clips."""
    folder = open_workspace(tmp_path_factory.mktemp("samples") / "workspace")
    every = dashboard.find_site() / "sample_videos"
    files = [str(file) for motion in MOTIONS for file in sorted(every.glob(f"{motion}_*.mp4"))[:1]]
    import_run.import_videos(folder, import_run.ImportRequest(tuple(files)))
    return folder, [int(number) for number in contents.clip_table(folder)["clip_id"]]


def look_of(samples: tuple[WorkspaceFolder, list[int]], network: str, place: int = 0, **more: bool) -> ClipInput:
    return ClipInput(samples[0].path, samples[1][place], network, "auto", **more)


@pytest.mark.parametrize("network", ["simple3d_motion", "simple2d_look"])
def test_covering_the_hottest_region_costs_more_than_covering_others(samples, network):
    """On average over samples, as far as the drop of the score goes."""
    hottest, random = [], []
    for place in range(len(samples[1])):
        clip_input = look_of(samples, network, place)
        best = class_scores.score_classes(clip_input, 1).classes[0]
        why = score_heat.explain_class(clip_input, best, method="layer-cam")
        check = occlusion.check_by_covering(clip_input, best, why)
        assert why.heat.shape == why.frames.shape[:3]
        hottest.append(check.score - check.hottest_covered)
        random.append(check.score - check.random_covered)
    assert np.mean(hottest) > 2 * max(np.mean(random), 0.1)


def test_names_of_classes_are_those_trained(samples):
    table = contents.clip_table(samples[0])
    place = table["video"].str.startswith("slide-left").to_numpy().argmax()
    scores = class_scores.score_classes(look_of(samples, "simple3d_motion", int(place)))
    assert scores.names[0] == "slide left"
    assert sum(scores.probabilities) == pytest.approx(1, abs=1e-5)
    assert set(class_scores.score_classes(look_of(samples, "simple2d_look")).names) >= {"disc", "blue"}


def test_similarity_is_that_of_the_embeddings_and_its_heat_is_of_both(samples):
    ours, theirs = (look_of(samples, "simple3d_motion", place) for place in (0, 1))
    first, second = score_heat.explain_similarity(ours, theirs, at="fc2")
    vectors = [vector_shares.explain_vector(clip_input, at="fc2").vector for clip_input in (ours, theirs)]
    cosine = float(np.dot(*vectors) / np.prod([np.linalg.norm(vector) for vector in vectors]))
    assert first.score == pytest.approx(cosine, abs=1e-5)
    assert second.score == pytest.approx(cosine, abs=1e-5)
    assert first.heat.max() > 0
    same, _ = score_heat.explain_similarity(ours, ours, at="fc2")
    assert same.score == pytest.approx(1, abs=1e-5)


def test_shares_of_regions_add_up_where_the_embedding_is_a_mean(samples):
    clip_input = ClipInput(samples[0].path, samples[1][0], "squeezenet1_1", "random")
    parts = vector_shares.explain_vector(clip_input, at="features.12")
    assert parts.shares.shape[0] == len(parts.frames)
    assert parts.shares.sum() == pytest.approx(1, abs=1e-3)


def test_where_no_stage_has_a_picture_blocks_tell(samples, write_text_checkpoint, tmp_path: Path):
    """X-CLIP: its stages are whole frames, its picture tower's blocks have places."""
    weights = str(write_text_checkpoint(tmp_path / "small", "xclip_b32"))
    ours, theirs = (ClipInput(samples[0].path, samples[1][place], "xclip_b32", weights) for place in (0, 1))
    first, second = score_heat.explain_similarity(ours, theirs, at="penultimate", method="layer-cam")
    assert first.layer == second.layer == "vision_model.encoder.layers.0"
    assert first.heat.max() > 0
    assert first.heat.std(axis=(1, 2)).max() > 0
    vectors = [vector_shares.explain_vector(clip_input, at="penultimate") for clip_input in (ours, theirs)]
    assert vectors[0].shares.shape == (4, 2, 2)
    cosine = float(np.dot(*(parts.vector / np.linalg.norm(parts.vector) for parts in vectors)))
    assert first.score == pytest.approx(cosine, abs=1e-5)
    by_frame = score_heat.explain_similarity(ours, theirs, at="penultimate", layer="by_frame", method="layer-cam")
    assert by_frame[0].heat.shape == first.heat.shape
    with pytest.raises(BackboneError, match="the score does not depend on it: choose another"):
        score_heat.explain_similarity(ours, theirs, at="penultimate", layer="text_model.encoder.layers.0")


def test_without_class_scores_it_says_so(samples):
    with pytest.raises(BackboneError, match="no class scores"):
        class_scores.score_classes(look_of(samples, "clip_b32"))


def test_backwards_is_the_same_frames_in_reverse(samples):
    folder, ids = samples
    forwards = layer_films.inspect_clip(folder, ids[0], "simple2d_look", layers=["pool1"])
    backwards = layer_films.inspect_clip(folder, ids[0], "simple2d_look", layers=["pool1"], backwards=True)
    np.testing.assert_array_equal(forwards.frames[::-1], backwards.frames)
    np.testing.assert_allclose(forwards.layers[0].film[:, ::-1], backwards.layers[0].film, atol=1e-5)
    motion = [
        layer_films.inspect_clip(folder, ids[0], "simple3d_motion", layers=["pool2"], backwards=flag).layers[0].film
        for flag in (False, True)
    ]
    assert np.abs(motion[0][:, ::-1] - motion[1]).mean() > 0.01


def test_a_unit_is_moved_by_what_it_can_see(samples):
    tube = layer_facts.trace_unit(look_of(samples, "simple3d_motion"), "conv2", (0, 8, 16, 16))
    assert tube.box == ((6, 11), (29, 37), (29, 37))
    assert tube.effective_part == 1.0
    flat = layer_facts.trace_unit(look_of(samples, "simple2d_look"), "fc1", (0, 2, 0, 0))
    assert flat.box[0] == (2, 3)
    with pytest.raises(BackboneError, match="no unit"):
        layer_facts.trace_unit(look_of(samples, "simple3d_motion"), "conv2", (0, 99, 0, 0))


def test_the_layers_of_the_tutorials_network():
    facts = {one.name: one for one in layer_facts.list_layers("simple3d")}
    assert facts["conv1"].field_words.startswith("3 frames × 3 × 3 px")
    assert facts["conv2"].field_words.startswith("5 frames")
    assert facts["fc1"].field_words == "global"
    assert facts["fc1"].num_parameters == 128 * 16 * 16 * 16 * 1024 + 1024
    assert facts["conv1"].compute_share + facts["conv2"].compute_share > 0.8


def test_kernels_in_colour_and_by_slice():
    first, second = layer_facts.list_kernels("simple3d_motion")
    assert (first.layer, second.shape) == ("conv1", (40, 16, 3, 3, 3))
    assert layer_facts.read_kernels("simple3d_motion", "auto", "conv1").shape == (3, 16, 3, 3, 3)
    assert layer_facts.read_kernels("simple3d_motion", "auto", "conv2", 5).shape == (3, 40, 3, 3, 3)


def test_best_clips_are_those_with_the_largest_answers(samples, monkeypatch):
    """Looked at two by two, and once stopped: nothing is shown twice, nothing that was found is lost."""
    folder, ids = samples
    what = (folder, "simple3d_motion", "auto", "pool2")
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int, _message: str = "") -> None:
        told.append((done, total))
        if len(told) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(best_clips, "MOST_CLIPS", 2)
    assert best_clips.known_peaks(*what).clip_ids.size == 0
    with pytest.raises(KeyboardInterrupt):
        best_clips.find_peaks(*what, ids, stop)
    assert best_clips.known_peaks(*what).clip_ids.tolist() == ids[:1]
    while len((peaks := best_clips.find_peaks(*what, ids, stop)).clip_ids) < len(ids):
        pass
    assert best_clips.find_peaks(*what, ids, stop).clip_ids.tolist() == peaks.clip_ids.tolist()
    assert told == [(1, 2), (1, 2), (2, 2), (1, 2), (2, 2)]
    assert sorted(peaks.clip_ids.tolist()) == sorted(ids)
    best = peaks.best(3, 4)
    values = [value for _, value, _ in best]
    assert values == sorted(values, reverse=True)
    seen = layer_films.inspect_clip(folder, best[0][0], "simple3d_motion", layers=["pool2"])
    film = seen.layers[0].film[3]
    assert values[0] == pytest.approx(float(film.max()), rel=1e-5)
    t, y, x = np.unravel_index(film.argmax(), film.shape)
    moment = seen.clock.at(seen.layers[0].moments.centres)[t]
    assert best[0][2] == pytest.approx((moment, (y + 0.5) / film.shape[1], (x + 0.5) / film.shape[2]), rel=1e-5)


def test_best_clips_of_a_layer_without_a_picture_say_why(samples, monkeypatch):
    monkeypatch.setattr(best_clips, "capture_films", lambda *_: ({}, {"pool1": "pool1 has no picture: it is odd."}))
    with pytest.raises(BackboneError, match="has no picture"):
        best_clips.find_peaks(samples[0], "simple3d_motion", "auto", "pool1", samples[1][:1])


def test_attention_is_refused_where_there_is_none(samples):
    assert not clip_attention.attends("r3d_18")
    assert clip_attention.attends("timesformer_b")
    with pytest.raises(BackboneError, match="has no attention"):
        clip_attention.attend(look_of(samples, "simple3d_motion"))


def test_files_to_take_away(samples, tmp_path: Path):
    folder, ids = samples
    inspection = layer_films.inspect_clip(folder, ids[0], "simple3d_motion", layers=["conv1", "pool2"])
    sheets = channel_choice.choose_sheets(inspection, ChannelChoice(9))
    film = film_export.lay_film(inspection, sheets)
    assert film.shape[0] == 16
    gif = Image.open(io.BytesIO(film_export.pack_gif(film, inspection.seconds)))
    assert (gif.format, gif.n_frames) == ("GIF", 16)
    with av.open(io.BytesIO(film_export.pack_mp4(film, inspection.seconds))) as movie:
        frames = [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]
    assert len(frames) == 32
    assert np.abs(frames[3][: film.shape[1], : film.shape[2]].astype(int) - film[3]).mean() < 8
    with np.load(io.BytesIO(film_export.pack_arrays(inspection))) as arrays:
        np.testing.assert_array_equal(arrays["conv1"], inspection.layers[0].film)
        assert arrays["frames"].shape == (16, 64, 64, 3)


@pytest.mark.parametrize("name", ["film.gif", "film.MP4", "film.npz"])
def test_what_was_seen_as_a_file_by_its_ending(samples, tmp_path: Path, name: str):
    folder, ids = samples
    inspection = layer_films.inspect_clip(folder, ids[0], "simple3d_motion", layers=["conv1", "pool2"])
    out = tmp_path / name
    film_export.save_inspection(inspection, out, num_channels=4, order="mean")
    if name.endswith("npz"):
        with np.load(out) as arrays:
            assert sorted(arrays) == ["conv1", "frames", "pool2"]
    else:
        with av.open(str(out)) as movie:
            assert movie.streams.video[0].width > inspection.frames.shape[2]
    for wrong, said in (
        (tmp_path / "film.png", r"\.npz, \.gif, \.mp4"),
        (tmp_path / "no" / "film.gif", "does not exist"),
    ):
        with pytest.raises(WorkspaceError, match=said):
            film_export.save_inspection(inspection, wrong)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("backwards", [False, True])
def test_the_lines_of_python_give_the_same(samples, backwards):
    folder, ids = samples
    asked = ClipInput(folder.path, ids[0], "simple3d_motion", backwards=backwards, sampling="one-view")
    code = film_export.say_python(str(folder.path), asked, ["conv1"])
    assert len(code.strip().splitlines()) == 3
    scope: dict[str, Any] = {}
    exec(code, scope)  # the text is ours, made two lines above
    expected = layer_films.inspect_clip(
        folder, ids[0], "simple3d_motion", layers=["conv1"], backwards=backwards, sampling="one-view"
    )
    np.testing.assert_array_equal(scope["inspection"].layers[0].film, expected.layers[0].film)


def test_the_lines_of_python_name_what_is_public_alone():
    code = ast.parse(film_export.say_python("w", ClipInput(Path("w"), 1, "simple3d_motion", view=2), ["conv1"]))
    imported = [node for node in ast.walk(code) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imported] == ["import vidviz"]
    used = {node.attr for node in ast.walk(code) if isinstance(node, ast.Attribute)}
    assert used <= {*vidviz.__all__, *(name for name in vars(vidviz.Workspace) if not name.startswith("_"))}


def test_unknown_layers_and_clips_are_told(samples):
    folder, ids = samples
    with pytest.raises(UnknownNameError, match="conv1"):
        layer_films.inspect_clip(folder, ids[0], "simple3d_motion", layers=["comv1"])
    summary = layer_films.summarise_layer(
        layer_films.inspect_clip(folder, ids[0], "simple3d_motion", layers=["pool1"]).layers[0]
    )
    assert 0 < summary["sparsity"] < 1
    assert summary["norm"] == pytest.approx(np.hypot(summary["mean"], summary["standard_deviation"]), rel=1e-4)


def test_best_clips_that_two_sessions_find_at_a_time_are_kept_once_each(samples, monkeypatch):
    """While one looks at two clips, another has looked at one of them and a third."""
    folder, ids = samples
    what = (folder, "simple3d_motion", "auto", "conv1")
    others = [[ids[1], ids[2]]]

    def look(_folder, _key, clip_ids, found, left_out, progress):
        if others:
            best_clips.find_peaks(*what, others.pop())
        left_out[ids[4]] = "it is damaged"
        found += [(number, (np.full(3, number % 97), np.zeros((3, 3)))) for number in clip_ids]

    monkeypatch.setattr(best_clips, "_look", look)
    found = best_clips.find_peaks(*what, ids[:2])
    known = best_clips.known_peaks(*what)
    assert found.clip_ids.tolist() == known.clip_ids.tolist() == [ids[1], ids[2], ids[0]]
    assert known.values[:, 0].tolist() == [number % 97 for number in known.clip_ids]
    assert known.places.shape == (3, 3, 3)
    assert known.left_out == {ids[4]: "it is damaged"}
    with pytest.raises(ValueError, match="read-only"):
        known.values[0] = 0


def test_a_checkpoint_is_shown_in_its_own_depth(samples, tmp_path):
    """Two blocks where the registered network has twelve."""
    import transformers

    sizes = {"image_size": 32, "patch_size": 16, "num_frames": 4, "hidden_size": 16, "intermediate_size": 16}
    config = transformers.VideoMAEConfig(
        **sizes, num_hidden_layers=2, num_attention_heads=2, decoder_num_hidden_layers=1, num_labels=3
    )
    transformers.VideoMAEForVideoClassification(config).save_pretrained(tmp_path)
    seen = layer_films.inspect_clip(samples[0], samples[1][0], "videomae_b", str(tmp_path))
    blocks = [layer.name for layer in seen.layers if layer.name.startswith("videomae.encoder.layer.")]
    assert blocks == ["videomae.encoder.layer.0", "videomae.encoder.layer.1"]
