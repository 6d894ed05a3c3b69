"""Embeddings -> 2-D and 3-D maps and clusters, and which points of a map a polygon encloses.

In: vectors (N, D), or their exact neighbours (N, k); parameters; a seed.

Out: coordinates (N, 2 or 3) float32, cluster numbers (N,), neighbours with distances. Pure functions of their inputs.

`pca` answers at once, `umap_map` and `tsne_map` start from it and from the exact neighbours of `neighbours`;
`out_of_sample` places new clips without moving the others. umap-learn and scikit-learn load when they are needed.
Services call these modules; notebooks may.
"""
