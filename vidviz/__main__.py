"""`python -m vidviz`."""

from vidviz.cli import main

if __name__ == "__main__":
    main(prog_name="vidviz")
