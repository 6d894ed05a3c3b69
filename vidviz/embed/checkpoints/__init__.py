"""Weights: which are meant, where they lie, how they come here, and how a file becomes a module's tensors.

In: a backbone's description, and what a person asked for: "auto", "random", a published name, a file or a folder.

Out: files in the caches that torch hub and Hugging Face use; tensors by name. Only tensors are read from a file, never
code: `weights_only` for .pth, and .safetensors.

`weights` says which are meant and in which state they are, without torch and without a network. A file goes through
`tensor_file` (what it holds), `tensor_tables` (where its tensors lie), `key_match` (what stands before their names) and
`partial_fit` (what it may lack) in `checkpoint_file`; a Hugging Face folder through `checkpoint_folder` and
`preprocessing_file` (what it says of itself) in `hub_checkpoints`. `misfit` says what does not fit.
"""
