"""vidviz: explore how video models see."""

__version__ = "0.1.0"
