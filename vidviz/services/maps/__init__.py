"""An embedding set -> its map, and what is shown on it: colours, clusters, trajectories, trust.

In: a workspace folder, the key of a set, a `MapSpec` (projection, dimensions, parameters).

Out: coordinates (N, 2 or 3) beside clip ids, kept under the content they came from; colours for the points; clusters
with names and medoids; neighbours; the map as HTML, SVG or PNG.

`map_build` is the way in, run as a job where it takes long. `set_neighbours` holds the exact neighbours of a set, which
maps, clusters, measures and reviews share. None of it asks the index.
The Map and Compare pages, `vidviz map`, the Python API and `review` call these modules.
"""
