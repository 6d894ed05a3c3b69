"""Embeddings -> Milvus -> hits: naming, rows, filters, search, and keeping the index in line."""
