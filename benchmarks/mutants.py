"""What `make mutants` left: a table by module, and every mutant that no test noticed. Fails below 90 % caught.

    python benchmarks/mutants.py [--table]

A mutant is the code with one small fault put into it by mutmut (see [tool.mutmut] in pyproject.toml); it is caught
where a test fails. Some cannot be caught, as they do what the code does: EQUIVALENT names them by what they write, and
says why.
`--table` prints the table alone, as benchmarks/mutants.md has it.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).parents[1]
MUTANTS = ROOT / "mutants"
ENOUGH = 0.90
CAUGHT = {"killed", "timeout", "caught by type check"}

EQUIVALENT: list[tuple[str, str]] = [
    (r'kind="STABLE"', "numpy takes the kind of a sort in either case"),
    (r'float\("(INF|NAN)"\)', "float reads inf and nan in either case"),
    (r'"(cache-control|CACHE-CONTROL|x-content-type-options|X-CONTENT-TYPE-OPTIONS)"', "names of headers have no case"),
    (r'"(cross-origin-resource-policy|CROSS-ORIGIN-RESOURCE-POLICY)"', "names of headers have no case"),
    (r'headers\.get\("HOST"', "names of headers have no case"),
    (r'methods=\["get"\]', "Starlette writes methods in capitals"),
    (r"\.astype\(None\)", "numpy's default type is float64, which is the one that is named"),
    (r"np\.empty\(0, (None)?\)", "of no clips, whatever the type"),
    (r"\[bool\(value\) for value in values\], (dtype=None)?\)", "a list of True and False is bool by itself"),
    (r"coo_matrix\(\(np\.ones\(len\(pairs\), (None)?\)", "what a link weighs is not looked at"),
    (r"connected_components\(links", "directed links hold together by default as undirected ones do: weakly"),
    (r"np\.full\(len\(sizes\), -1, (dtype=None)?\)", "whole numbers are int64 by default"),
    (r"others - outside\], (dtype=None)?\) \+ 0\.5", "a half added makes float64 of whole numbers"),
    (r"balanced_tree", "a balanced tree finds the same, later"),
    (r"np\.where\(reach > 0, .*, -2\.0\)", "any number below 0 stands for nothing within reach"),
    (r'np\.argsort\(-scores, kind="stable"\)', "the last axis is the default"),
    (r"step = max\(2, ", "how many rows are taken at a time changes no number"),
    (r"for first in range\(0, len\(\w+\), \):", "blocks that overlap are the same numbers again"),
    (r"block = slice\(first \+ step\)", "blocks that begin at the first row are the same numbers again"),
    (r"FileResponse\(path, headers=headers\)", "Starlette guesses the same type from the file's name"),
    (r"chosen\.astype\(np\.int64\) if \(chosen\.size\) or True", "of nothing whole numbers can be made too"),
    (r"larger, 1\.0\), 0\.0\), (None, 1\.0|-1\.0, None|-2\.0|-1\.0, 2\.0)", "the quotient lies there but for rounding"),
    (r'kind in "XXiuXX"', "numpy has no kind X"),
    (r"np\.tri\(len\(block\), dtype=bool\)\] = -2", "any number below all thresholds will do"),
    (r"counts = np\.asarray\(others, (dtype=None)?\)", "what is divided becomes float64"),
    (r"default_rng\((1|None)\)\.permutation\(len\(rows\)\)", "any shuffled order will do"),
    (r"distances\[rows, rows \+ block\.start\] = None", "NaN comes last, as infinity does"),
    (r"wide\.shape\[1\] < FEW_COORDINATES", "both ways of computing give the same distances"),
    (r"steps = np\.asarray\(distances, (dtype=None)?\)", "steps compare the same in the type that they have"),
    (r"rows\.astype\(np\.float32, (copy=True)?\)", "a copy that need not be holds the same numbers"),
    (r"np\.where\(peaks > 0, peaks, (1\), (dtype=None)?\)|2\))", "rows of zeros stay zeros, and the type is the rows'"),
    (r'einsum\("ND,ND->N"', "the letters of an index are of no account"),
    (r"np\.where\(norms > (1, norms, 1|0, norms, 2)\)", "the largest value is 1, so a length is 0 or at least 1"),
    (r"np\.full\(len\(rows\), None, |np\.full_like\(products, None\)", "numpy reads None as NaN among floats"),
    (r"np\.clip\(cosines, -1\.0, 1\.0, (out=None)?\)", "a table of its own holds the same numbers"),
    (r"extreme = ~\(\(lengths >(=)? SQUARED_SAFELY", "both ways of computing give the same lengths there"),
    (r"rows\.astype\(np\.float32, copy=None\)", "numpy copies where it must, as for False"),
    (r"-rows\.min\(axis=1, initial=1\.0\)", "a minimum above 0 never is the larger of the two"),
    (r"if len\(one\) >= SHUFFLED_CLIPS", "as many as are wanted, drawn, are all of them in another order"),
    (r"table\.mean\(dtype=np\.float64\)", "HSIC does not change with what is taken away from all clips"),
    (r"\.astype\((np\.float64|np\.float32), copy=None\)", "numpy copies where it must, as for False"),
    (r"\.astype\(None, copy=False\)", "numpy's default type is float64, which is the one that is named"),
    (r"return centred \* size if", "the size of an embedding cancels out of CKA"),
    (r"/ \(count / \(count - 3\)\)", "what all three HSICs are divided by cancels out of CKA"),
    (r"max\(2, len\(right\)\)", "how many rows are taken at a time changes no number"),
    (r"_guard\(handler, hosts\), \)", "GET is what Starlette's routes answer by default"),
    (r"np\.unique\(np\.asarray\(clusters\)\) if \(len\(clusters\)\) or True", "of nothing, whatever the type"),
    (r'best = ""', "an empty text is as false as None"),
    (r"np\.arange\(num_frames, (dtype=None)?\) \+ 0\.5", "a half added makes float64 of whole numbers"),
    (r"np\.clip\(positions, 0, (None|len\(timestamps\) \+ 1)\)", "no position lies above the last"),
    (
        r"z >= \(best\.z if best else DISTINCT\)",
        "z is never 1.96 exactly, and of equal values the first is counted first",
    ),
    (r"groups\[None, first:\]\] = (None|-2)", "NaN and what is below all thresholds are no pair either"),
    (r"dtype=bool\)\] = None", "NaN is no pair either"),
    (r"scores > threshold - ROUNDING", "no cosine is the threshold less the rounding exactly"),
    (r"max\(2, len\(units\)\)", "how many rows are taken at a time changes no number"),
    (
        r"block = slice\(None, first \+ step\)|block = slice\(first, None\)",
        "more rows than are due: the same numbers again",
    ),
    (r"certain, tied = apart < inner", "no distance is the inner bound, which lies between two"),
    (r"cKDTree\(points, \)", "a balanced tree finds the same, later"),
    (r"np\.clip\(share, (None, 1\.0|0\.0, None|0\.0, 2\.0)\)", "a share lies there but for rounding"),
    (
        r"unit_directions\(np\.asarray\(vectors, (dtype=None)?\)\)\.astype\(np\.float64\)",
        "float64 says the same more exactly",
    ),
    (r"chosen = np\.asarray\(weights, (dtype=None)?\)", "weights are floats, and float64 by default"),
    (r"length (<=|<) (1e-6|NO_DIRECTION)", "no length is the bound exactly"),
    (r"abs\(near\.score - last\) (>=|<) tolerance", "no difference is the tolerance exactly"),
    (r"\[\+np\.inf\]\]\)", "what comes after the last step is not looked at here"),
    (r"range\(len\(steps\) - 2, -2, -1\)", "the last round looks at the last step once more"),
    (r"round\(digits\), (None, 1\.0|-1\.0, None|-2\.0, 1\.0|-1\.0, 2\.0)\)", "rounded cosines lie there"),
]
"""What the mutated line holds, and why no test can tell it from the code."""


def read_functions(path: Path) -> dict[str, list[str]]:
    """The lines of each function of a mutated file, the mutants among them, by name."""
    source = path.read_text()
    lines, found = source.splitlines(), {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "__mutmut_" in node.name:
            found[node.name] = lines[node.lineno : node.end_lineno]
    return found


def read_change(functions: dict[str, list[str]], name: str) -> list[str]:
    """The lines that a mutant takes away (-) and writes (+)."""
    original = functions.get(name.rpartition("__mutmut_")[0] + "__mutmut_orig", [])
    changes = difflib.ndiff(original, functions.get(name, []))
    return [line[:2] + line[2:].strip() for line in changes if line[:2] in ("- ", "+ ")]


def why_equivalent(change: list[str]) -> str | None:
    """Why a mutant is no fault, where EQUIVALENT says so."""
    written = " ".join(line for line in change if line.startswith("+"))
    return next((reason for pattern, reason in EQUIVALENT if re.search(pattern, written)), None)


def read_modules() -> Iterator[tuple[str, Counter[str], list[str]]]:
    """Each mutated module: its path, how many mutants ended in which way, and the changes that survived."""
    for path in sorted(MUTANTS.rglob("*.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        if not codes:
            continue
        functions = read_functions(path.with_suffix(""))
        ends, survivors = Counter(), []
        for key, code in codes.items():
            status = "caught" if status_by_exit_code[code] in CAUGHT else status_by_exit_code[code]
            if status in ("survived", "no tests"):
                change = read_change(functions, key.rpartition(".")[2])
                status = "equivalent" if why_equivalent(change) else "survived"
                if status == "survived":
                    survivors.append("\n".join([key, *change]))
            ends[status] += 1
        yield str(path.with_suffix("").relative_to(MUTANTS)), ends, survivors


def say_row(name: str, ends: Counter[str]) -> str:
    """A row of the table."""
    faults = ends["caught"] + ends["survived"]
    share = f"{ends['caught'] / faults:.0%}" if faults else "-"
    counts = (sum(ends.values()), ends["caught"], ends["survived"], ends["equivalent"], share)
    return f"| {name} | {' | '.join(map(str, counts))} |"


def main() -> int:
    """Print the table; 1 where too few are caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", action="store_true", help="print the table alone")
    arguments = parser.parse_args()
    total: Counter[str] = Counter()
    rows, left = [], []
    for name, ends, survivors in read_modules():
        rows.append(say_row(f"`{name}`", ends))
        total += ends
        left += survivors
    print("| module | mutants | caught | survived | equivalent | caught of those that can be |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    print("\n".join([*rows, say_row("all", total)]))
    if not arguments.table:
        print("", *left, sep="\n\n")
    if total["not checked"]:
        print(f"\n{total['not checked']} were not tried.")
    faults = total["caught"] + total["survived"]
    return 0 if faults and total["caught"] / faults >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
