"""Embeddings -> 2-D/3-D maps and clusters, and which points of a map a polygon encloses."""
