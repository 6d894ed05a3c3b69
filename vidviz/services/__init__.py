"""The only place where stages are joined; what screens, commands and the Python API call. One folder a capability.

In: a workspace folder and plain values (ids, keys, requests as frozen dataclasses).

Out: tables, arrays and frozen dataclasses; errors that a person should read as `VidvizError`.

A service knows neither Streamlit nor click. Among the folders there is a fixed order, which `make contracts` checks:
`library` lies lowest; `importing`, `backbones`, `index`, `maps`, `compare` and `export` build on it; `embedding`,
`inside`, `review` and `search` build on those. Beside the folders: `cache` (what is derived, computed once for all
sessions), `jobs` (long work in processes of its own), `progress` (how such work tells how far it is), `dashboard`
(the server's process), `demo` and `doctor`.
"""
