"""What a measure refuses, in the whole sentence that a person reads."""

from __future__ import annotations

import re

import numpy as np
import pytest

from vidviz.errors import ProjectionError
from vidviz.measure.cka import cka_by_chance, linear_cka
from vidviz.measure.cluster_fit import medoids, silhouette
from vidviz.measure.cluster_names import name_clusters
from vidviz.measure.directions import check_rows
from vidviz.measure.duplicates import near_duplicates
from vidviz.measure.outliers import outlier_scores
from vidviz.measure.overlap import neighbour_overlap
from vidviz.measure.point_trust import check_neighbours
from vidviz.measure.procrustes import align_maps
from vidviz.measure.rank_trust import trustworthiness
from vidviz.measure.retrieval import measure_retrieval
from vidviz.measure.robust import robust_threshold
from vidviz.measure.rocchio import rocchio_direction
from vidviz.measure.typical import by_typicality

INFINITE = np.array([1.0, np.inf])


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [
        (
            lambda: check_rows(np.ones(3)),
            "A measure needs one row of numbers a clip, not an array of shape (3,).",
        ),
        (
            lambda: check_rows(np.empty((2, 0))),
            "A measure needs one row of numbers a clip, not an array of shape (2, 0).",
        ),
        (
            lambda: check_rows(np.tile([[1.0, np.nan], [1.0, 1.0]], (1500, 1))),
            "1,500 of 3,000 rows hold NaN or infinite values and cannot be measured; embed those clips again, or leave "
            "them out.",
        ),
        (
            lambda: linear_cka(np.ones((5000, 2)), np.ones((4, 2))),
            "Embeddings of 5,000 and 4 clips are not of the same.",
        ),
        (
            lambda: cka_by_chance(np.ones((5, 2)), np.ones((4, 2))),
            "Embeddings of 5 and 4 clips are not of the same.",
        ),
        (
            lambda: silhouette(np.ones((2, 2)), np.zeros(3, np.int32)),
            "Clusters of shape (3,) (int32) are not those of 2 clips.",
        ),
        (
            lambda: medoids(np.ones((2000, 2)), np.full(2000, 0.5)),
            "Clusters of shape (2000,) (float64) are not those of 2,000 clips.",
        ),
        (
            lambda: name_clusters(np.zeros(3, np.int64), {"a": ["x"]}),
            "Clusters of shape (3,) (int64) are not those of 1 clips.",
        ),
        (
            lambda: near_duplicates(np.ones((2, 2)), 1.5),
            "The threshold is a cosine above 0 and at most 1, not 1.5.",
        ),
        (
            lambda: near_duplicates(np.ones((2, 2)), 0),
            "The threshold is a cosine above 0 and at most 1, not 0.",
        ),
        (
            lambda: near_duplicates(np.ones((2, 2)), sources=np.arange(3000)),
            "There are 3,000 sources for 2 vectors.",
        ),
        (
            lambda: outlier_scores(np.zeros(4), 2),
            "Outliers need a table of distances and at least 1 neighbour, not (4,) and 2.",
        ),
        (
            lambda: outlier_scores(np.zeros((2, 2)), 0),
            "Outliers need a table of distances and at least 1 neighbour, not (2, 2) and 0.",
        ),
        (
            lambda: outlier_scores(INFINITE[None]),
            "Some distances between clips are not finite; embed those clips again, or leave them out.",
        ),
        (
            lambda: neighbour_overlap(np.zeros((3, 2)), np.zeros((2, 2)), 1),
            "Neighbours of shapes (3, 2) and (2, 2) are not those of the same clips.",
        ),
        (
            lambda: neighbour_overlap(np.zeros(3), np.zeros(3), 1),
            "Neighbours of shapes (3,) and (3,) are not those of the same clips.",
        ),
        (
            lambda: neighbour_overlap(np.zeros((3, 2)), np.zeros((3, 2)), 0),
            "An overlap needs at least 1 neighbour, not 0.",
        ),
        (
            lambda: check_neighbours(np.zeros((3, 1), int), 2000, 1),
            "Neighbours of shape (3, 1) are not those of a map of 2,000 clips.",
        ),
        (
            lambda: check_neighbours(np.zeros(3, int), 3, 1),
            "Neighbours of shape (3,) are not those of a map of 3 clips.",
        ),
        (
            lambda: check_neighbours(np.zeros((3, 1), int), 3, 0),
            "Trust needs at least 1 neighbour, not 0.",
        ),
        (
            lambda: check_neighbours(np.array([[1], [2]]), 2, 1),
            "Some neighbours are not among the 2 clips of the map; compute them again.",
        ),
        (
            lambda: check_neighbours(np.array([[1], [-1]]), 2, 1),
            "Some neighbours are not among the 2 clips of the map; compute them again.",
        ),
        (
            lambda: align_maps(np.zeros((3, 2)), np.zeros((3, 3))),
            "Maps of (3, 2) and (3, 3) are not of the same clips and dimensions.",
        ),
        (
            lambda: trustworthiness(np.ones((3000, 2)), np.ones((2, 2))),
            "A map of 2 points is not one of 3,000 vectors.",
        ),
        (
            lambda: trustworthiness(np.ones((3, 2)), np.ones((3, 2)), 0),
            "Trust needs at least 1 neighbour, not 0.",
        ),
        (
            lambda: measure_retrieval(np.ones((3, 2)), np.array(["a"])),
            "3 vectors need as many labels, and k must be 1 or more.",
        ),
        (
            lambda: measure_retrieval(np.ones((3, 2)), np.array(["a"] * 3), 0),
            "3 vectors need as many labels, and k must be 1 or more.",
        ),
        (lambda: robust_threshold(np.zeros(3), 0), "The sensitivity must be above 0, not 0."),
        (lambda: robust_threshold(np.zeros(3), np.inf), "The sensitivity must be above 0, not inf."),
        (
            lambda: robust_threshold(INFINITE),
            "Some distances are NaN or infinite, so none can be called large; leave those clips out.",
        ),
        (lambda: rocchio_direction(np.ones((2, 3)), [1.0]), "2 examples need as many finite weights."),
        (lambda: rocchio_direction(np.ones((2, 3)), [1.0, np.inf]), "2 examples need as many finite weights."),
        (
            lambda: rocchio_direction(np.ones((2, 3)), [1.0, -1.0]),
            "The examples cancel each other out, so nothing is left to search for; change a weight or remove one.",
        ),
        (
            lambda: by_typicality(np.ones((3000, 2)), np.array([3000])),
            "The selection does not fit the 3,000 clips; select again.",
        ),
    ],
)
def test_what_makes_no_sense_is_told_in_one_sentence(refused, sentence):
    with pytest.raises(ProjectionError, match=f"^{re.escape(sentence)}$"):
        refused()
