"""Decoders as processes of their own, so that a hostile file takes down its decoder and nothing else.

In: a function of `vidviz.decode` and what it takes; a file's limits.

Out: what the function answers, or a `MediaError`. Answers are read as data (`reply_format`), never unpickled.

Services call `DecodeWorker`; `worker_main` is what runs in the other process.
"""
