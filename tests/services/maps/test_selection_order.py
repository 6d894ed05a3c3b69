"""A selection: its orders, and the files it is taken away as."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.services.library import embedding_sets
from vidviz.services.maps.selection_order import order_selection


@pytest.fixture
def chosen(folder, fill):
    """Five clips, the first three of which are selected: one on the centre's side, one beside it, one farther off."""
    angles = np.array([0.0, 0.3, -0.9, 2.0, 3.0])
    ids = fill(folder, np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32))
    return embedding_sets.find_set(folder).key, ids, ids[:3]


def test_orders_by_time_and_by_similarity_to_the_centre(folder, chosen):
    key, _, selected = chosen
    rows, scores = order_selection(folder, key, selected, "typical first")
    vectors = np.array([[1, 0], [np.cos(0.3), np.sin(0.3)], [np.cos(0.9), -np.sin(0.9)]])
    centre = vectors.mean(0) / np.linalg.norm(vectors.mean(0))
    cosines = dict(zip(selected, vectors @ centre, strict=True))
    assert rows["clip_id"].tolist() == sorted(selected, key=lambda number: -cosines[number])
    assert scores == pytest.approx([cosines[number] for number in rows["clip_id"]], abs=1e-6)
    unusual, falling = order_selection(folder, key, selected, "unusual first")
    assert unusual["clip_id"].tolist() == rows["clip_id"].tolist()[::-1]
    assert falling == scores[::-1]
    by_time, told = order_selection(folder, key, selected, "time")
    assert by_time["video"].tolist() == sorted(by_time["video"])
    assert told == pytest.approx([cosines[number] for number in by_time["clip_id"]], abs=1e-6)


def test_clips_of_no_set_are_left_out_and_nothing_selected_is_nothing(folder, chosen):
    key, _, selected = chosen
    assert len(order_selection(folder, key, [*selected, 123], "time")[0]) == 3
    rows, scores = order_selection(folder, key, [], "typical first")
    assert (len(rows), scores) == (0, [])
