"""The vectors of a set in Milvus: derived from the stored ones, held against them when opened, and mended.

In: a workspace folder, the key of a set, a metric; conditions on clips.

Out: an `OpenIndex`, ready for search: Milvus, or exact search on the stored vectors where another process holds the
local file or the collection is being built. Its note says what a person should know.

`set_index` opens and rebuilds, `freshness` keeps in line, `background_build` builds in a thread of the server, `engine`
tells what Milvus holds, `push` copies a workspace to a server, `ann_lab` measures what an approximate index misses.
`search` and `embedding` call these modules, and the engine's screens and commands.
"""
