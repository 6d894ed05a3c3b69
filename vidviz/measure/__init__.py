"""Embeddings against embeddings, maps or labels -> numbers."""
