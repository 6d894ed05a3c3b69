"""Arithmetic that several stages share: unit vectors, metrics, rounding, digests, which points a polygon encloses.

In: numpy arrays, bytes and plain numbers.

Out: the same. Pure functions of numpy alone; nothing here knows a clip, a network or a workspace.

This is the ground below all stages, which may not import each other: what two of them would otherwise write twice
stands here once. Everybody may call these modules; they import `vidviz.errors` and no other module of ours.
"""
