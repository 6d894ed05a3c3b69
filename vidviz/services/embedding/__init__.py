"""Clips -> the vectors of an embedding set, kept as they come, so that a rerun goes on where one stopped.

In: an `EmbedRequest` (backbone, weights, layer, pooling, recipe); or a file of vectors that were computed elsewhere.

Out: shards of vectors on disk, the set in the catalogue, and a report: how many clips were known, computed, failed.

`embed_run` is the way in, run as a job by `services.jobs` and directly by the Python API; `embed_loop` is the loop
itself: frames are read ahead, computed in batches, kept every two seconds. `outside_vectors` makes a set of vectors
that no network here computed. At the end of a job the set's index is brought in line.
"""
