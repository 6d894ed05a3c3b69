"""Clips to take away: tables, vectors, and files that other tools read.

In: the key of a set, perhaps the ids of some clips, and a file or folder to write.

Out: CSV, Parquet, JSON or npz; files for TensorBoard's projector and for FiftyOne, in a folder or a zip. Each file
appears whole or not at all.

`export_run` is the way in; each further kind of bundle is one module that writes through `chosen_clips.OpenPart`.
The Map page and `vidviz export` call these modules.
"""
