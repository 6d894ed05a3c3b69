"""Weights: which are meant, where they lie, how they come here, and how a file becomes a module's tensors."""
