"""Milvus, Lite or server: connections, collections, rows, searches, and what its failures mean.

In: where Milvus is (`vidviz.config.MilvusSettings`), the spec of an embedding set, rows beside vectors.

Out: a `MilvusIndex`, which is a `VectorIndex`; failures as sentences without secrets (`failures`).

`open` is the way in; a process has one connection to a place (`connection`), with one writer at a time. What is
peculiar to Lite stands in `lite_files`, `lite_folder` and `lite_lock`. `services.index` calls these modules.
"""
