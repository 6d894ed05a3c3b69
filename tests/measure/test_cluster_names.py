from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats.contingency import odds_ratio

from vidviz.errors import ProjectionError
from vidviz.measure.cluster_names import log_odds_z, name_clusters

CLUSTERS = np.repeat([0, 1, 2, -1], [20, 15, 10, 5])


def test_a_cluster_is_called_by_what_it_has_more_of():
    sport = ["tennis"] * 18 + ["golf"] * 2 + ["golf"] * 12 + ["tennis"] * 3 + ["swim"] * 15
    place = ["out"] * 50
    found = name_clusters(CLUSTERS, {"place": place, "sport": sport})
    assert {number: name.name for number, name in found.items()} == {0: "tennis", 1: "golf", 2: "swim", -1: "noise"}
    tennis = found[0]
    assert (tennis.column, tennis.value, tennis.inside, tennis.size) == ("sport", "tennis", 18, 20)
    assert (tennis.outside, tennis.others) == (3, 30)
    assert tennis.z > 1.96


def test_what_all_have_or_nobody_has_names_nothing():
    for column in (["out"] * 50, [None] * 50, [""] * 50):
        names = name_clusters(CLUSTERS, {"place": column})
        assert [names[number].name for number in (0, 1, 2)] == ["cluster 1", "cluster 2", "cluster 3"]
        assert names[0].column == ""
    assert name_clusters(CLUSTERS, {})[2].name == "cluster 3"


def test_labels_that_have_nothing_to_do_with_it_name_nothing():
    rng = np.random.default_rng(0)
    clusters = rng.integers(0, 4, 400)
    evenly = [("a", "b")[place // 4 % 2] for place in range(400)]
    names = name_clusters(np.arange(400) % 4, {"kind": evenly})
    assert all(name.name.startswith("cluster") for name in names.values())
    each_its_own = [str(place) for place in range(400)]
    assert all(name.name.startswith("cluster") for name in name_clusters(clusters, {"id": each_its_own}).values())


def test_one_clip_of_a_kind_names_no_cluster():
    labels = [str(place) for place in range(50)]
    clusters = np.repeat([0, 1], [49, 1])
    assert log_odds_z(1, 1, 0, 49) > 1.96
    assert name_clusters(clusters, {"id": labels})[1].name == "cluster 2"


def test_two_clusters_of_one_name_say_which_they_are():
    clusters = np.repeat([0, 1, 2, 3], 20)
    names = name_clusters(clusters, {"sport": ["tennis"] * 40 + ["golf"] * 40})
    assert [names[number].name for number in range(4)] == [
        "tennis (cluster 1)", "tennis (cluster 2)", "golf (cluster 3)", "golf (cluster 4)",
    ]  # fmt: skip
    assert names[1].value == "tennis"


def test_clips_without_a_label_are_neither_for_nor_against():
    sport: list[str | None] = ["tennis"] * 6 + [None] * 14 + ["golf"] * 15 + [None] * 15
    name = name_clusters(CLUSTERS, {"sport": sport})[0]
    assert (name.name, name.inside, name.size, name.outside, name.others) == ("tennis", 6, 6, 0, 15)


def test_one_cluster_of_all_has_no_others_to_differ_from():
    assert name_clusters(np.zeros(30, int), {"sport": ["tennis"] * 29 + ["golf"]})[0].name == "cluster 1"


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 60), st.integers(0, 60))
def test_the_log_odds_equal_those_of_scipy_on_large_tables(has, has_not, outside, outside_not):
    """With counts times 1000 the halves added do not matter."""
    table = np.array([[has, has_not + 1], [outside, outside_not + 1]]) * 1000
    z = log_odds_z(table[0, 0], table[0].sum(), table[1, 0], table[1].sum())
    expected = np.log(odds_ratio(table, kind="sample").statistic) / np.sqrt((1 / table).sum())
    assert z == pytest.approx(expected, rel=1e-2, abs=1e-2)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_the_log_odds_are_finite_and_change_sign_when_sides_change(inside, rest, outside, outside_rest):
    z = log_odds_z(inside, inside + rest, outside, outside + outside_rest)
    assert np.isfinite(z)
    assert log_odds_z(outside, outside + outside_rest, inside, inside + rest) == pytest.approx(-z)


def test_no_clips_have_no_names_and_columns_must_fit():
    assert name_clusters(np.empty(0, int), {"sport": []}) == {}
    with pytest.raises(ProjectionError, match="not those of 2 clips"):
        name_clusters(CLUSTERS, {"sport": ["tennis", "golf"]})
