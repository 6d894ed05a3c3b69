"""Embeddings against embeddings or labels -> numbers."""
