"""Upkeep: what leaves a library, comes back, is swept away, or is packed for another disk.

In: the names of videos, clips, recipes, sets, labels or jobs that somebody wants to be rid of; a workspace.

Out: how much hangs on them; a removal that can be taken back (`removals`); the bytes that a sweep freed (`leftovers`);
one file with all that cannot be made again, and a workspace from it (`backup_archive`).

Commands, the Python API and the Library page call it.
"""
