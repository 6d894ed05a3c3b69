"""The log of a workspace: WORKSPACE/logs/vidviz.log, written by every process that works on it.

In: log records of vidviz's own loggers, and what pymilvus, Milvus Lite and Streamlit warn of. Out: lines without
secrets, in which whatever comes from a person's files stands between ‹ and ›, so that `vidviz doctor --bundle` can
leave it out; and for each failure that its sentence does not tell whole a log id, which the sentence shows.

Nothing is set up on import. Entry points call `process_log.start`: the command line (jobs are commands) and the
dashboard. Decoder processes do not: they hand their tracebacks to the process that started them. All floors may import
this one; it imports `config` and `errors`.
"""
