"""The parts of the Library page: ways in for videos, embedding, sets, and the table of files.

In: uploads, paths on the server's machine, and the choice of a backbone.

Out: jobs (`vidviz.services.jobs`), never work in the page itself; the set at hand in the session's state.

`pages/library.py` calls these modules.
"""
