"""Clips -> tensors -> embeddings: the backbone registry, weights, loading and pooling.

`backbones` and `weights` are free of torch; it loads when a network is built.
"""
