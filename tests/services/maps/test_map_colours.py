"""The table of colourings: what each gives, what is told of it, and where it is offered."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.errors import UnknownNameError
from vidviz.render.point_colours import Groups, Values
from vidviz.services.maps import map_build, map_colours
from vidviz.services.maps.map_colours import (
    COLOURINGS,
    ColourChoice,
    Colouring,
    DrawnMap,
    MapToColour,
    colour_choices,
    colour_points,
    explain_colours,
    find_choice,
)
from vidviz.services.maps.set_clusters import ClusterSpec
from vidviz.store import clips, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.types import MapSpec

PCA = MapSpec("pca")
ANGLES = np.deg2rad([0, 1, 2, 90, 91, 92])
VECTORS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1).astype(np.float32)
SPANS = [(2.0 * number, 2.0 * number + 2) for number in range(len(ANGLES))]


@pytest.fixture
def drawn(folder, fill):
    fill(folder, VECTORS, ["run", "run", "run", "jump", "jump", None], spans=SPANS)
    stored = map_build.build_map(folder, "", PCA)
    return DrawnMap(stored, map_build.rows_of(folder, "", stored), PCA)


@pytest.fixture
def ask(folder, drawn):
    """Makes a question about the map's colours."""
    return lambda by, current=None, **settings: MapToColour(
        folder, map_build.embedding_sets.find_set(folder, "").key, drawn, ColourChoice(by, **settings), current
    )


@pytest.mark.parametrize("name", COLOURINGS)
def test_a_row_gives_what_it_says_for_every_point(ask, drawn, name):
    colours = colour_points(ask(name, scale="magma"))
    assert isinstance(colours, {"groups": Groups, "numbers": Values}[COLOURINGS[name].kind])
    assert len(colours) == len(drawn.rows)
    if isinstance(colours, Values):
        assert colours.title
        assert colours.scale == "magma"
    note = explain_colours(ask(name), colours)
    assert note == "" or note.endswith((".", ")"))


def test_numbers_are_the_points(ask, drawn):
    starts = drawn.rows["start_seconds"].to_numpy()
    assert colour_points(ask(map_colours.TIME)).values.tolist() == starts.tolist()
    assert sorted(starts) == [start for start, _ in SPANS]
    first = int(drawn.rows["clip_id"].iloc[0])
    cosines = colour_points(ask(map_colours.SIMILARITY, first))
    assert cosines.title == "cosine"
    angles = ANGLES[(starts / 2).astype(int)]
    assert np.allclose(cosines.values, np.cos(angles - angles[0]), atol=1e-6)
    unasked = colour_points(ask(map_colours.SIMILARITY))
    assert unasked.title == "click a clip"
    assert np.isnan(unasked.values).all()


def test_the_same_map_of_another_seed_agrees_and_is_waited_for(ask, drawn):
    alone = ask(map_colours.SEEDS)
    assert "being computed" in explain_colours(alone, colour_points(alone))
    both = MapToColour(alone.folder, alone.set_key, DrawnMap(drawn.stored, drawn.rows, PCA, drawn.stored), alone.choice)
    colours = colour_points(both)
    assert colours.values.tolist() == [1.0] * len(drawn.rows)
    assert explain_colours(both, colours).startswith("Of each clip's neighbours on this map, 100%")


def test_clusters_are_named_and_counted(ask, drawn):
    asked = ask(map_colours.CLUSTER, clusters=ClusterSpec("kmeans", num_clusters=2))
    colours = colour_points(asked)
    side = (drawn.rows["start_seconds"] < 6).tolist()
    assert len({(number, left) for number, left in zip(colours.index.tolist(), side, strict=True)}) == 2
    assert explain_colours(asked, colours).startswith("2 clusters by k-means on the embeddings, not on the map.")


def test_label_columns_come_first_then_tags_then_the_rows_that_the_method_has(folder, ask, drawn):
    recipe = map_build.embedding_sets.find_set(folder, "").spec.recipe_key
    assert colour_choices(folder, recipe, "umap") == ["label", *COLOURINGS]
    without = [name for name in COLOURINGS if name != map_colours.SEEDS]
    assert colour_choices(folder, recipe, "pca") == ["label", *without]


def test_a_column_of_numbers_is_on_a_scale(folder, fill):
    ids = fill(folder, VECTORS, [str(number) for number in range(len(VECTORS))])
    with write_catalogue(folder) as db:
        for number, clip in zip(ids, clips.list_clips(db, "windows-2-2-keep"), strict=True):
            videos.set_labels(db, clip.video_id, {"speed": f"{number % 7}.5"})
    stored = map_build.build_map(folder, "", PCA)
    rows = map_build.rows_of(folder, "", stored)
    key = map_build.embedding_sets.find_set(folder, "").key
    speeds = colour_points(MapToColour(folder, key, DrawnMap(stored, rows, PCA), ColourChoice("speed")))
    assert isinstance(speeds, Values)
    assert speeds.title == "speed"
    assert speeds.values.tolist() == [float(speed) for speed in rows["speed"]]


def test_the_beginning_of_a_name_is_enough_where_it_is_the_only_one():
    choices = ["label", "time in video", "trust in the map", "video"]
    assert find_choice("time", choices) == "time in video"
    for unclear in ("t", "", "labels"):
        with pytest.raises(UnknownNameError, match="column to colour by"):
            find_choice(unclear, choices)


def test_a_further_row_is_offered_drawn_and_named_in_the_help(folder, ask, drawn, monkeypatch):
    monkeypatch.setitem(
        COLOURINGS,
        "length",
        Colouring(
            "numbers", lambda asked: Values(np.full(len(asked.drawn.rows), 2.0), "s"), lambda _, colours: "Long."
        ),
    )
    recipe = map_build.embedding_sets.find_set(folder, "").spec.recipe_key
    assert colour_choices(folder, recipe, "pca")[-1] == "length"
    assert colour_points(ask("length")).values.tolist() == [2.0] * len(drawn.rows)
    assert explain_colours(ask("length"), colour_points(ask("length"))) == "Long."
    assert map_colours.say_colourings().endswith(" or length")
