"""What can be had again: copies of the catalogue, and what somebody removed from it.

In: a catalogue that was changed, or one that is damaged or gone; rows that somebody wants out of it.

Out: whole copies in the workspace's `backups` folder; a catalogue made from one of them; rows put back as they were.

The catalogue itself asks for copies (`backups`, `backup_files`), and services put them back for `vidviz restore`; what
is removed (`removals`) stays in the catalogue until it is swept away.
"""
