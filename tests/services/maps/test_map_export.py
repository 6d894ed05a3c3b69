"""The map taken away as a picture: its colours, what is said beside it, and the posters in it."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.errors import UnknownNameError, VidvizError, WorkspaceError
from vidviz.render.colours import OTHER_COLOUR, colour_labels
from vidviz.render.point_colours import Groups, Values
from vidviz.services.maps import map_export
from vidviz.services.maps.map_export import describe_projection, picture_map, read_posters, save_map, select_points
from vidviz.types import MapSpec

PCA = MapSpec("pca")


@pytest.fixture
def clips(folder, fill):
    vectors = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    return fill(folder, vectors, ["run", None, "jump", "run", "<b>", None])


def test_labels_have_the_colours_they_have_everywhere(folder, clips):
    drawn = picture_map(folder, "", PCA)
    expected = {**colour_labels(["run", "jump", "<b>"]), "": OTHER_COLOUR}
    assert isinstance(drawn.colours, Groups)
    for label, number in zip(drawn.labels, drawn.colours.index, strict=True):
        assert drawn.colours.colours[number] == expected[label]
        assert drawn.colours.names[number] == (label or "no label")
    assert sorted(drawn.ids.tolist()) == sorted(clips)


@pytest.mark.parametrize("colour_by", ["video", "cluster"])
def test_other_groups(folder, clips, colour_by):
    drawn = picture_map(folder, "", PCA, colour_by)
    names = [drawn.colours.names[number] for number in drawn.colours.index]
    assert names == (list(drawn.titles) if colour_by == "video" else ["noise"] * 6)


def test_time_is_a_number_and_unknown_columns_offer_the_nearest(folder, clips):
    assert isinstance(picture_map(folder, "", PCA, "time").colours, Values)
    with pytest.raises(UnknownNameError, match="Nearest: label"):
        picture_map(folder, "", PCA, "labels")


def test_what_must_be_known_is_said(folder, clips):
    drawn = picture_map(folder, "", PCA)
    assert drawn.title == "r3d_18 (random) · avgpool · mean · windows-2-2-keep · 6 clips"
    assert drawn.warning == "Random weights: this network was never trained."
    assert drawn.notes[0] == (
        "Weights: random. PCA in 2-D. Its axes hold 51% and 33% of the variance of the unit vectors."
    )
    assert drawn.notes[1].startswith("Trustworthiness 0.")


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (MapSpec("umap", 3, 30, 0.25, 7), "UMAP in 3-D: 30 neighbours, least distance 0.25, cosine, seed 7."),
        (
            MapSpec("tsne", perplexity=12.5, metric="euclidean"),
            "t-SNE in 2-D: perplexity 12.5, euclidean, seed 0.",
        ),
    ],
)
def test_a_projection_is_named_with_its_parameters(spec, sentence):
    assert describe_projection(spec) == sentence


@pytest.mark.parametrize("colour_by", ["", "time"])
def test_a_part_keeps_places_and_colours(folder, clips, colour_by):
    drawn = picture_map(folder, "", PCA, colour_by)
    part = select_points(drawn, [*clips[:2], 123])
    assert set(part.ids.tolist()) == set(clips[:2])
    rows = [drawn.ids.tolist().index(number) for number in part.ids.tolist()]
    assert np.array_equal(part.coordinates, drawn.coordinates[rows])
    assert list(part.labels) == [drawn.labels[row] for row in rows]
    assert part.title.endswith("2 clips")
    if isinstance(drawn.colours, Groups):
        assert np.array_equal(part.colours.index, drawn.colours.index[rows])
    else:
        assert np.array_equal(part.colours.values, drawn.colours.values[rows])


def test_posters_are_read_where_there_are_any_and_left_out_where_there_are_too_many(folder, clips, monkeypatch):
    folder.poster(clips[0]).write_bytes(b"x" * 10)
    assert read_posters(folder, clips) == {clips[0]: b"x" * 10}
    monkeypatch.setattr(map_export, "MOST_POSTER_BYTES", 9)
    assert read_posters(folder, clips) == {}
    monkeypatch.setattr(map_export, "MOST_POSTERS", 5)
    assert read_posters(folder, clips) == {}


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("html", b"<!DOCTYPE html>")])
def test_maps_are_written(folder, clips, tmp_path, ending, start):
    save_map(folder, tmp_path / f"map.{ending}", "", PCA)
    assert (tmp_path / f"map.{ending}").read_bytes().startswith(start)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("name", "dims", "sentence"),
    [
        ("map.gif", 2, "should end in one of: .html, .svg, .png"),
        ("no/map.svg", 2, "does not exist"),
        ("map.svg", 3, "3-D has no one picture"),
        ("map.png", 3, "3-D has no one picture"),
    ],
)
def test_what_cannot_be_written_is_a_sentence_and_no_file(folder, clips, tmp_path, name, dims, sentence):
    with pytest.raises(VidvizError, match=sentence):
        save_map(folder, tmp_path / name, "", MapSpec("pca", dims))
    assert not (tmp_path / name).exists()


def test_nothing_embedded_is_a_sentence(folder, tmp_path):
    with pytest.raises(WorkspaceError, match="Nothing is embedded yet"):
        save_map(folder, tmp_path / "map.svg", "", PCA)
