"""Video file -> clips of frames: probing, scanning, cutting, sampling, reading, previews. numpy and PyAV, no torch.

In: the path of a file, spans of it, how many frames of which size; bounds (`vidviz.config.DecodeLimits`).

Out: frames (T, H, W, 3) uint8 RGB, upright, with times that can be trusted; posters, strips and H.264 copies as files.

`probe` opens a file safely (`tracks` chooses among its videos, `refusals` says why it is none), `frames` gives its
frames in order with times by `clock`; `pictures` makes of them what is to be seen, `browser` and `keyframes` say
whether a browser shows the same. `scan` goes over all frames once (`shots` finds where a film cuts, `remarks` puts into
words what was met), `cut` and `sample` are pure arithmetic of times, `read` gives arrays of frames, `preview` writes
what people see, `ingest` is all that an import does for one file. Services call them through `workers`, processes to
run any of it in, bounded.

Import the modules by name; `workers`, `file_names`, `atomic_write` and `refusals` load neither numpy nor PyAV.
"""
