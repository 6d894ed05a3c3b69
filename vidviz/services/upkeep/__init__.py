"""Upkeep: what leaves a library, comes back, or is swept away.

In: the names of videos, clips, recipes, sets, labels or jobs that somebody wants to be rid of.

Out: how much hangs on them; a removal that can be taken back (`removals`); the bytes that a sweep freed (`leftovers`).

Commands, the Python API and the Library page call it.
"""
