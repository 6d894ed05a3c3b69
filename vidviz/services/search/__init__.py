"""A query -> its nearest clips, with scores and where to find them.

In: the key of a set, a `Query` (clips with weights, a stretch of a video, an image, a sentence, a vector) and
`SearchOptions` (how many, filter, metric, threshold).

Out: a `SearchAnswer`: hits, nearest first, the engine that answered, and a note.

`search_run` is the way in. `query_vector` makes one direction of all that is asked with; `outside_query` embeds what
is no clip of the library; `query_files` keeps files to ask with, by their content. `moments` joins hits that follow
each other, `score_spread` tells whether a score is high here. The Search page, `vidviz search` and the Python API
call these modules.
"""
