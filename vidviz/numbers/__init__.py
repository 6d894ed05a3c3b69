"""Arithmetic that several stages share: unit vectors, metrics, points in a polygon, clip lengths, short digests.

In: numpy arrays and plain numbers.
Out: the same. Pure functions: no file, no workspace, no state.

The lowest folder: numpy alone, and of vidviz only its errors. Everybody may call these modules.
"""
