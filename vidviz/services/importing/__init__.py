"""Files and folders -> videos, clips, posters and labels in the catalogue.

In: an `ImportRequest`: paths on this machine (uploads are written to disk first, see `uploads`), a recipe, perhaps a
label table.

Out: an `ImportReport` with one item a file: ok, partial, duplicate or failed, with the reason. No file ends the others.

`import_run` is the way in; it is run as a job by `services.jobs`, and directly by the Python API.
Files are decoded in worker processes (`vidviz.decode.workers.worker`), several at a time. A name that a file was
uploaded under is text and never a path.
"""
