"""Copies of the catalogue, the one file that cannot be made again: kept now and then, and put back.

In: a catalogue that was changed, or one that is damaged or gone.

Out: whole copies in the workspace's `backups` folder; a catalogue made from one of them.

The catalogue itself asks for copies; services list them and put them back for `vidviz restore`.
"""
