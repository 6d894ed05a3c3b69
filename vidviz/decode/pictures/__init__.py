"""One decoded frame, or a picture file, -> pixels as a network or a person is to see them.

In: frames as PyAV decodes them, or a picture file; how large they shall be.

Out: upright RGB arrays, in the colours that browsers show; small JPEGs of a film.

The passes over a file (`scan`, `read`, `preview`) call these modules; services call `still` for pictures that a search
is asked with.
"""
