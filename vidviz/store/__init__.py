"""The workspace on disk: catalogue and vectors, which are the truth, and previews and maps, which can be made again."""
