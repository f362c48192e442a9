#!/usr/bin/env python3
"""Runs the standard library's own tests on Krait and holds the results against CPython 3.9.18's.

    conformance.py --interpreter KRAIT [--record] [--jobs N] [--timeout S] [--log DIR]
                   [--list NAME] [--without-dynload] MODULE...

Each module runs in a worker process. A crash or a hang costs the test that it happened in, is counted,
and the rest goes on in a new worker. `tests/conformance/cpython/MODULE.txt` lists the tests that CPython
passes (made by --baseline with a CPython as the interpreter), `tests/conformance/krait/MODULE.txt` those that
Krait is known to pass: a test of that list that fails is a regression and makes the exit status 1.
--record adds what passes now to the list, which only grows.

Without a module it runs those of `tests/conformance/NAME.txt`: `modules` (the default) or `native`, the tests of
the native modules. --without-dynload gives the interpreter a copy of the library whose `lib-dynload` holds nothing
but the tests' own extension modules (`_testcapi` and the like): of the others it has its own or none.

`tests/conformance/exempt.txt` names the tests that are left out, each behind the reason why it cannot pass.

--watch MINUTES runs as many of the modules in `tests/conformance/watched.txt` as begin within that time, a
different part each day, and gives a module with a regression a second chance. It needs the very library that
the lists were made with.
"""
import argparse
import concurrent.futures
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LISTS = os.path.join(os.path.dirname(HERE), "tests", "conformance")
WORKER = os.path.join(HERE, "conformance_worker.py")
# After this many interruptions the rest of a module counts as lost.
MOST_RESTARTS = 12


def read_list(kind, module):
    """The names of a committed list: `Class` lines, each followed by its tests, indented."""
    names, prefix = set(), ""
    try:
        with open(os.path.join(LISTS, kind, module + ".txt"), encoding="utf-8") as file:
            for line in file.read().splitlines():
                if line.startswith(" "):
                    names.add(prefix + line[1:])
                else:
                    prefix = line
    except FileNotFoundError:
        pass
    return names


def exempt_tests():
    """The tests that are left out."""
    with open(os.path.join(LISTS, "exempt.txt"), encoding="utf-8") as file:
        return {line.strip() for line in file if line.strip() and not line.startswith("#")}


def write_list(kind, module, names):
    os.makedirs(os.path.join(LISTS, kind), exist_ok=True)
    with open(os.path.join(LISTS, kind, module + ".txt"), "w", encoding="utf-8") as file:
        last = None
        for name in sorted(names):
            head, dot, tail = name.rpartition(".")
            if head + dot != last:
                last = head + dot
                file.write(last + "\n")
            file.write(" " + tail + "\n")


class Outcome:
    def __init__(self, module):
        self.module = module
        self.results = {}
        self.interruptions = []
        self.finished = False
        self.seconds = 0.0
        self.log = ""


def run_worker(command, results, folder, timeout):
    """Runs a worker as long as tests begin and end, with no more than `timeout` seconds between two lines of its
    results. Gives how it was interrupted, or None, and what it printed."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryFile() as log:
        worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                  cwd=folder, env=environment, start_new_session=True)
        how, size, since = None, 0, time.monotonic()
        while True:
            try:
                status = worker.wait(min(timeout, 1))
                how = "exit %d" % status if status else None
                break
            except subprocess.TimeoutExpired:
                pass
            if os.path.getsize(results) != size:
                size, since = os.path.getsize(results), time.monotonic()
            elif time.monotonic() - since > timeout:
                how = "hang"
                # With the processes that it has started.
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
                break
        log.seek(0)
        return how, log.read().decode("utf-8", "backslashreplace")


def run_module(interpreter, module, timeout):
    """Runs a module's tests to the end, past crashes and hangs."""
    outcome = Outcome(module)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "results")
        skip = os.path.join(folder, "skip")
        while len(outcome.interruptions) <= MOST_RESTARTS:
            open(path, "w").close()
            with open(skip, "w", encoding="utf-8") as file:
                file.write("\n".join([*outcome.results, *exempt_tests()]))
            command = [interpreter, "-u", "-W", "default", "-bb", "-E", WORKER, path, module, skip]
            how, log = run_worker(command, path, folder, timeout)
            outcome.log += log
            running = None
            with open(path, encoding="utf-8") as file:
                for line in file.read().splitlines():
                    word, _, name = line.partition(" ")
                    if word == "start":
                        running = name
                    elif word in ("pass", "fail", "error", "skip") and name != "module":
                        # A doctest or a class may say its name twice; the worse counts.
                        if outcome.results.get(name) != "fail":
                            outcome.results[name] = word
                        running = None
                    elif name == "module":
                        outcome.finished = True
            if outcome.finished:
                break
            if running is not None:
                outcome.interruptions.append((running, how))
                outcome.results[running] = "crash" if how != "hang" else "hang"
            else:
                outcome.interruptions.append(("(outside of a test)", how))
                break
    outcome.seconds = time.monotonic() - started
    return outcome


# Tests of the library that the lists were made with, CPython 3.9.18's: other releases of 3.9 have other tests.
LIBRARY = "5270b2cb"


def library_folder(interpreter):
    code = "import os; print(os.path.dirname(os.__file__))"
    return subprocess.run([interpreter, "-I", "-S", "-c", code], stdout=subprocess.PIPE, text=True).stdout.strip()


def library_digest(interpreter):
    """The first digits of a digest of some tests in the interpreter's library."""
    folder = library_folder(interpreter)
    digest = hashlib.sha256()
    for name in ("test_builtin.py", "test_grammar.py", "test_int.py"):
        try:
            with open(os.path.join(folder, "test", name), "rb") as file:
                digest.update(file.read())
        except FileNotFoundError:
            return None
    return digest.hexdigest()[:8]


def listed_modules(name):
    """The modules of `tests/conformance/NAME.txt`."""
    with open(os.path.join(LISTS, name + ".txt"), encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def copy_without_dynload(interpreter, folder):
    """Copies the interpreter's library into `folder`, without what was installed and without compiled modules but
    for those that are part of the tests."""
    library = library_folder(interpreter)

    def left_out(parent, names):
        if os.path.basename(parent) == "lib-dynload":
            return [name for name in names if not name.startswith("_test")]
        return [name for name in names if name in ("site-packages", "__pycache__") or name.startswith("config-3")]

    return shutil.copytree(library, os.path.join(folder, "python3.9"), ignore=left_out, symlinks=True)


def watched_modules():
    """The modules that are watched, those first whose turn it is today."""
    modules = listed_modules("watched")
    first = int(time.time() // 86400) * 37 % len(modules)
    return modules[first:] + modules[:first]


def watch(options):
    """Fails where a module has lost a test that is known to pass, twice."""
    if library_digest(options.interpreter) != LIBRARY:
        print("conformance: not watched, as this library is not CPython 3.9.18's with its tests")
        return 0
    deadline = time.monotonic() + 60 * options.watch

    def lost_in(module):
        if time.monotonic() > deadline:
            return None
        known = read_list("krait", module)
        outcome = run_module(options.interpreter, module, options.timeout)
        passed = {name for name, result in outcome.results.items() if result == "pass"}
        lost = known - passed
        if lost:
            outcome = run_module(options.interpreter, module, options.timeout)
            lost -= {name for name, result in outcome.results.items() if result == "pass"}
        return len(known) - len(lost), sorted(lost), outcome.log

    passed, regressions, modules = 0, [], watched_modules()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = [result for result in pool.map(lost_in, modules) if result is not None]
    for good, lost, log in results:
        passed += good
        regressions += lost
        if lost:
            print(log[-4000:])
    for name in regressions:
        print("regression:", name)
    print("conformance: %d of the %d watched modules" % (len(results), len(modules)))
    print("%d passed, %d failed" % (passed, len(regressions)))
    return 1 if regressions else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interpreter", required=True)
    parser.add_argument("--record", action="store_true", help="add what passes to the lists")
    parser.add_argument("--baseline", action="store_true", help="record the lists of what CPython passes")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds for one test")
    parser.add_argument("--log", help="a folder for what the modules print")
    parser.add_argument("--list", default="modules", help="the list to run where no module is named")
    parser.add_argument("--without-dynload", action="store_true", help="with the interpreter's own native modules only")
    parser.add_argument("--watch", type=float, metavar="MINUTES", help="see above")
    parser.add_argument("modules", nargs="*")
    options = parser.parse_args()
    # The workers run in folders of their own.
    options.interpreter = os.path.abspath(options.interpreter)
    if options.watch is not None:
        return watch(options)
    with tempfile.TemporaryDirectory() as folder:
        if options.without_dynload:
            os.environ["KRAIT_STDLIB"] = copy_without_dynload(options.interpreter, folder)
        return run_all(options, options.modules or listed_modules(options.list))


def run_all(options, modules):
    """Runs the modules, prints what passes of each, and gives the exit status."""
    totals = [0, 0]
    regressions, interruptions, below = [], 0, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(run_module, options.interpreter, module, options.timeout) for module in modules]
        for job in jobs:
            outcome = job.result()
            module = outcome.module
            passed = {name for name, result in outcome.results.items() if result == "pass"}
            if options.log:
                os.makedirs(options.log, exist_ok=True)
                with open(os.path.join(options.log, module + ".log"), "w", encoding="utf-8") as file:
                    file.write(outcome.log)
                    for name, result in sorted(outcome.results.items()):
                        file.write("%s %s\n" % (result, name))
            if options.baseline:
                write_list("cpython", module, passed)
                print("%-32s %5d" % (module, len(passed)), flush=True)
                continue
            expected = read_list("cpython", module) - exempt_tests()
            known = read_list("krait", module)
            good = passed & expected
            totals[0] += len(good)
            totals[1] += len(expected)
            lost = sorted(name for name in known - passed)
            regressions += lost
            interruptions += len(outcome.interruptions)
            share = 100.0 * len(good) / len(expected) if expected else 100.0
            if share < 100.0:
                below.append(module)
            notes = ["%s: %s" % (how, name) for name, how in outcome.interruptions]
            print("%-32s %5d / %-5d %6.1f %%  %6.1f s  %s"
                  % (module, len(good), len(expected), share, outcome.seconds, "; ".join(notes)[:160]), flush=True)
            if options.record:
                write_list("krait", module, known | good)
    if options.baseline:
        return 0
    print("%d of the %d tests that CPython passes: %.2f %%; %d crashes or hangs; %d modules below 100 %%"
          % (totals[0], totals[1], 100.0 * totals[0] / max(totals[1], 1), interruptions, len(below)))
    for name in regressions:
        print("regression:", name)
    # The closing line that test runners share.
    print("%d passed, %d failed" % (totals[0], len(regressions)))
    return 1 if regressions else 0


if __name__ == "__main__":
    sys.exit(main())
