"""What the workspace holds: videos, clips, labels, embedding sets, and which of them are looked at.

In: a workspace folder; ids of clips and videos, keys of sets and recipes; a filter, also as the text of a URL.

Out: the clip table (one row a clip) and the video table, embedding sets with their vectors (shared, not to be written
to), the colour of each label; edits of labels and tags, with undo and redo.

Everything derived from the catalogue is kept by the catalogue's revision (`contents.read_revision`).
Every other service may call these modules. They call `store`, and `render` for the palette; no other service.
"""
