"""Embeddings against embeddings, maps or labels -> numbers.

In: arrays: vectors (N, D), maps (N, 2 or 3), neighbours (N, k), labels (N,).

Out: numbers and arrays, and small frozen dataclasses. Pure functions: no file, no workspace, no state.

One module a measure, with its formula and the paper that it is from; numpy alone, scipy where it helps.
Services call these modules; notebooks may.
"""
