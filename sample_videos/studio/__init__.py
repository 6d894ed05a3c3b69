"""Draws the sample videos: short motion clips and a few small films."""
