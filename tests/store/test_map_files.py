"""Maps on disk: what was kept last, and what a damaged or foreign file counts for."""

from __future__ import annotations

import os

import numpy as np
import pytest

from vidviz.store.map_files import MapFiles, StoredMap


def make(value):
    return StoredMap(np.array([1, 2]), np.full((2, 2), value, np.float32), note=f"map {value}")


@pytest.mark.parametrize("versions", [("aaaa", "bbbb"), ("bbbb", "aaaa")], ids=" then ".join)
def test_of_two_older_maps_the_one_kept_last_is_found(tmp_path, versions):
    """Two processes kept a map each, of the vectors they knew: neither saw the other's file."""
    maps = MapFiles(tmp_path / "maps")
    written = []
    for number, version in enumerate(versions):
        maps.save("set", version, "pca-2", make(number))
        path = next(maps.folder.glob("*.npz"))
        os.utime(path, ns=(10**18 + number, 10**18 + number))
        written.append((path, path.rename(tmp_path / f"{number}.npz")))
    for path, aside in written:
        aside.rename(path)
    assert maps.find_older("set", "pca-2").note == "map 1"
    assert maps.find("set", versions[0], "pca-2").note == "map 0"


def test_a_map_takes_the_place_of_those_of_its_parameters_only(tmp_path):
    maps = MapFiles(tmp_path / "maps")
    maps.save("set", "v1", "umap-2", make(1))
    maps.save("set", "v1", "pca-2", make(2))
    maps.save("set", "v2", "pca-2", make(3))
    maps.save("other", "v1", "pca-2", make(4))
    assert maps.find("set", "v1", "pca-2") is None
    assert maps.find_older("set", "pca-2").note == "map 3"
    assert maps.find("set", "v1", "umap-2").note == "map 1"
    assert maps.find_older("set", "2") is None
    assert maps.forget("set") == 2
    assert maps.find("other", "v1", "pca-2").note == "map 4"


def test_a_damaged_file_counts_as_none(tmp_path):
    maps = MapFiles(tmp_path / "maps")
    maps.save("set", "v1", "pca-2", make(1))
    path = next(maps.folder.glob("*.npz"))
    path.write_bytes(path.read_bytes()[:-40])
    assert maps.find("set", "v1", "pca-2") is None
    assert maps.find_older("set", "pca-2") is None
