"""Trains the two small networks that come with the package, on generated clips other than the samples."""
