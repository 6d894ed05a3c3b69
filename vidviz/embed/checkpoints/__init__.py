"""Weights: which are meant, where they lie, how they come here, and how a file becomes a module's tensors.

In: a backbone's description, and what a person asked for: "auto", "random", a published name, a file or a folder.

Out: files in the caches that torch hub and Hugging Face use; tensors by name. Only tensors are read from a file, never
code: `weights_only` for .pth, and .safetensors.

`weights` says which are meant and in which state they are, without torch and without a network.
"""
