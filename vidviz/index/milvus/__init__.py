"""Milvus, Lite or server: connections, collections, rows, searches, and what its failures mean."""
