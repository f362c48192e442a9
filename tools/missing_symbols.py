#!/usr/bin/env python3
"""List the symbols that CPython 3.9 exports and Krait does not yet, those most needed first.

usage: missing_symbols.py [--users] KRAIT SYMBOLS

KRAIT is the built program, or any library with the C face in it. SYMBOLS is a table, tab-separated, of the
columns symbol, kind, wheels and lib_dynload: how many popular wheels and how many of the standard library's
extension modules ask for the symbol.

--users names the extension modules of the CPython 3.9 on this machine that want each missing symbol.
"""

import argparse
import collections
import csv
import glob
import os
import subprocess

from parity import find_cpython


def dynamic_symbols(path, selection):
    """The names in the dynamic symbol table: those of one `nm` selection."""
    listing = subprocess.run(["nm", "-D", selection, path], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in listing.splitlines() if line.strip()}


def extension_modules():
    cpython = find_cpython()
    if cpython is None:
        return []
    prefix = os.path.dirname(os.path.dirname(os.path.realpath(cpython)))
    return sorted(glob.glob(os.path.join(prefix, "lib", "python3.9", "lib-dynload", "*.so")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", action="store_true")
    parser.add_argument("krait")
    parser.add_argument("symbols")
    arguments = parser.parse_args()

    exported = dynamic_symbols(arguments.krait, "--defined-only")
    with open(arguments.symbols, newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    missing = [row for row in rows if row["symbol"] not in exported]
    missing.sort(key=lambda row: (-int(row["lib_dynload"]), -int(row["wheels"]), row["symbol"]))

    users = collections.defaultdict(list)
    if arguments.users:
        for path in extension_modules():
            for symbol in dynamic_symbols(path, "--undefined-only"):
                users[symbol].append(os.path.basename(path).split(".")[0])

    for row in missing:
        line = [row["symbol"], row["kind"], row["lib_dynload"], row["wheels"], " ".join(users[row["symbol"]])]
        print("\t".join(line).rstrip())
    print(f"{len(missing)} of {len(rows)} missing")


if __name__ == "__main__":
    main()
