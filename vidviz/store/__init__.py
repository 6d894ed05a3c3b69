"""The workspace on disk: catalogue and vectors, which are the truth, and maps, which can be made again.

In: frozen dataclasses, tables and arrays; a connection to the catalogue, which the caller opens for a moment.

Out: the same, as it was stored. All SQL is here, with its parameters bound; a module a table.

Files are written beside their place, synced and renamed into it (`files.replace_file`). The catalogue is SQLite in WAL
mode; its tables change by numbered steps (`schema`). Vectors are npz shards, without pickle.
Services call these modules; they know no other stage.
"""
