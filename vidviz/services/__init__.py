"""The only place where stages are joined: what pages, the CLI and the Python API call."""
