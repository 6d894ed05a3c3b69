"""Video file -> clips of frames: probing, scanning, cutting, sampling, reading, previews. numpy and PyAV, no torch.

    probe    opens a file safely and says what it is           scan    one pass over all frames of a file
    frames   frames with trustworthy times, in order           shots   where a film cuts
    cut      duration and shots -> spans, pure arithmetic      reel    small pictures kept from that pass
    sample   span -> times of its frames, pure arithmetic      preview posters, strips, H.264 copies
    read     spans -> arrays of frames                         ingest  all that an import does for one file
    picture  one frame -> upright, scaled, cropped pixels      worker  a process to run any of it in, bounded

Import the modules by name; `worker`, `cut` and `naming` load neither numpy nor PyAV.
"""
