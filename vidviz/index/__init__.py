"""Embeddings -> a vector index -> hits: naming, rows, filters, search, and keeping the index in line.

In: rows (`rows.ClipRow`) beside vectors (N, D); query vectors; filters as data (`filters`).

Out: neighbours: clip ids with scores, in one order whichever engine found them.

Every index is a `vector_index.VectorIndex`: Milvus, Lite or server (`milvus`), or exact search in memory
(`exact_index`). What no engine checks in the same way as the next is checked in `rows`. Every text that reaches an
expression is quoted in `expressions`. pymilvus loads when a connection is made.
"""
