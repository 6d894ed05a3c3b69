"""Clusters of a set's clips, found among the vectors, with what tells them apart and the clip that stands for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from vidviz.log.timing import timed
from vidviz.services.cache import cached
from vidviz.services.library import embedding_sets
from vidviz.services.maps.set_neighbours import shared_neighbours
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class ClusterSpec:
    """How clusters are found: by density (HDBSCAN), or into a number of them (k-means).

    `num_clusters` is for k-means; `min_cluster_size` for HDBSCAN, 0 for a hundredth of the clips and at least 5.
    """

    method: Literal["hdbscan", "kmeans"] = "hdbscan"
    num_clusters: int = 8
    min_cluster_size: int = 0


@dataclass(frozen=True)
class Cluster:
    """One cluster: `medoid` is the clip that stands for it, `silhouette` (-1..1) how well its clips sit in it."""

    number: int
    size: int
    medoid: int
    silhouette: float


@dataclass(frozen=True)
class Clusters:
    """The clusters of a set, the largest first.

    `numbers` (N,) is each clip's cluster, in the order of the set's ids; -1 is noise. `silhouette` is the mean over all
    clips that are not noise, NaN with fewer than two clusters.
    """

    numbers: np.ndarray
    clusters: tuple[Cluster, ...]
    silhouette: float


@timed
def find_clusters(folder: WorkspaceFolder, set_key: str, spec: ClusterSpec | None = None) -> Clusters:
    """The clusters of a set, computed once for the vectors as they are.

    Raises:
        ProjectionError: some vectors are not finite, or the parameters make no sense.
    """
    return _clusters(folder.path, set_key, embedding_sets.set_version(folder, set_key), spec or ClusterSpec())


@cached()
def _clusters(path: Path, set_key: str, _version: str, spec: ClusterSpec) -> Clusters:
    from vidviz.measure.cluster_fit import medoids, silhouette
    from vidviz.project.density_clusters import cluster_embeddings

    folder = WorkspaceFolder(path)
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    numbers = cluster_embeddings(
        embeddings.vectors,
        method=spec.method,
        num_clusters=spec.num_clusters,
        min_cluster_size=spec.min_cluster_size or None,
        neighbours=shared_neighbours(folder, set_key),
    )
    fit = silhouette(embeddings.vectors, numbers)
    found = tuple(
        Cluster(number, int((numbers == number).sum()), int(embeddings.ids[rows[0]]), fit.clusters[number])
        for number, rows in sorted(medoids(embeddings.vectors, numbers).items())
    )
    return Clusters(numbers, found, fit.overall)
