"""Arithmetic that several stages share, on numpy arrays: unit vectors, metrics, rounding, digests."""
