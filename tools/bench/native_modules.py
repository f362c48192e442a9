#!/usr/bin/env python3
"""Times the native modules of one interpreter against another's: `./x bench --modules`.

    native_modules.py KRAIT CPYTHON [--rounds N] [--only NAME[,NAME...]] [--above RATIO]

Both run `modules.py` beside this file, turn by turn in one run, each round for some tens of milliseconds, so that what
else the machine does meets both alike. The ratio is the best round's of KRAIT over the best one's of CPYTHON: below 1
KRAIT is faster. `--only` takes names or modules, `--above` shows only what is slower than that. The exit status is 1
where a benchmark fails.
"""
import argparse
import math
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import modules

ROUND = 0.03  # Seconds that a round aims at.


class Worker:
    def __init__(self, interpreter):
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "modules.py")
        self.process = subprocess.Popen(
            [interpreter, "-B", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True, bufsize=1
        )

    def seconds(self, name, repeats):
        """What so many runs took. Raises RuntimeError with what the worker says where it cannot."""
        self.process.stdin.write("%s %d\n" % (name, repeats))
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        try:
            return float(answer)
        except ValueError:
            raise RuntimeError(answer.strip() or "the interpreter ended") from None


def measure(workers, name, rounds):
    """The best time of a single run, in seconds, for each worker."""
    repeats = []
    for worker in workers:
        count, taken = 1, worker.seconds(name, 1)
        while taken < ROUND / 4 and count < 100000:
            count *= 2
            taken = worker.seconds(name, count)
        repeats.append(max(1, round(count * ROUND / taken)))
    best = [math.inf] * len(workers)
    for _ in range(rounds):
        for index, worker in enumerate(workers):
            best[index] = min(best[index], worker.seconds(name, repeats[index]) / repeats[index])
    return best


def chosen(only):
    if not only:
        return list(modules.BENCHMARKS)
    wanted = only.split(",")
    names = [name for name in modules.BENCHMARKS if name in wanted or name.split(".")[0] in wanted]
    if not names:
        raise SystemExit("no benchmark is called " + only)
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("krait")
    parser.add_argument("cpython")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only")
    parser.add_argument("--above", type=float, default=0)
    arguments = parser.parse_args()
    workers = [Worker(arguments.krait), Worker(arguments.cpython)]
    logarithms, failures = [], 0
    print("| benchmark | CPython, \u00b5s | Krait, \u00b5s | ratio |\n| --- | ---: | ---: | ---: |")
    for name in chosen(arguments.only):
        try:
            krait, cpython = measure(workers, name, arguments.rounds)
        except RuntimeError as error:
            failures += 1
            print("| %s | | | %s |" % (name, error), flush=True)
            workers = [Worker(arguments.krait), Worker(arguments.cpython)]
            continue
        logarithms.append(math.log(krait / cpython))
        if krait / cpython > arguments.above:
            print("| %s | %.1f | %.1f | %.2f |" % (name, cpython * 1e6, krait * 1e6, krait / cpython), flush=True)
    if logarithms:
        mean = math.exp(sum(logarithms) / len(logarithms))
        print("\n%d benchmarks, geometric mean of the ratios %.2f" % (len(logarithms), mean))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
