#!/usr/bin/env python3
"""Compare what Krait compiles with what CPython 3.9 compiles, for whole folders of sources.

usage: parity.py [--keep-going N] [--question QUESTION] [--tool PROGRAM] [--record FOLDER] [FOLDER | FILE ...]

Without a folder, the standard library of the CPython 3.9 that is found is compared, its test
suite included. Compared are all attributes of all code objects at optimisation levels 0, 1
and 2 (each a question), the symbol tables (question "symbols"), or the error, and the warnings.

The compiling side is `target/release/examples/parity` (`cargo build --release -p compiler
--example parity`), or what --tool names.

--record writes what CPython makes of the compiler's own test sources, for its tests to hold to.
"""

import argparse
import multiprocessing
import os
import struct
import subprocess
import sys
import warnings

QUESTIONS = "0", "1", "2", "symbols"
MORE_QUESTIONS = "await", "eval", "single"

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def find_cpython():
    """The path of a CPython 3.9, or None."""
    import glob
    import shutil

    home = os.path.expanduser("~")
    candidates = [shutil.which("python3.9")]
    candidates += sorted(glob.glob(home + "/.pyenv/versions/3.9.*/bin/python3.9"), reverse=True)
    candidates += glob.glob(home + "/.local/share/uv/python/cpython-3.9*/bin/python3.9")
    candidates += ["/usr/bin/python3.9", "/usr/local/bin/python3.9"]
    test = "import sys; sys.exit(sys.version_info[:2] != (3, 9) or 'Krait' in sys.version)"
    for candidate in candidates:
        if candidate and os.path.exists(candidate):
            if subprocess.run([candidate, "-c", test], stderr=subprocess.DEVNULL).returncode == 0:
                return candidate
    return None


# The canonical text form of code objects: the same that `CodeUnit::dump` writes.


def escape(points):
    return "".join(
        chr(point) if 0x20 <= point <= 0x7E and point not in b'"\\' else "\\{%x}" % point for point in points
    )


def quote(text):
    return '"%s"' % escape(map(ord, text))


def bits(number):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", number))


def value_text(value):
    if value is None or value is Ellipsis or value is True or value is False:
        return repr(value)
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, float):
        return "float:" + bits(value)
    if isinstance(value, complex):
        return "complex:%s:%s" % (bits(value.real), bits(value.imag))
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bytes):
        return 'b"%s"' % escape(value)
    if isinstance(value, tuple):
        return "(%s)" % ", ".join(map(value_text, value))
    return "{%s}" % ", ".join(sorted(map(value_text, value)))


def dump(code, out, indent=""):
    import dis

    names = dis.opname
    inner = indent + " "
    out.append("%scode %s" % (indent, quote(code.co_name)))
    out.append("%sfilename %s" % (inner, quote(code.co_filename)))
    out.append(
        "%sarguments %d %d %d locals %d stack %d flags %#x line %d"
        % (
            inner,
            code.co_argcount,
            code.co_posonlyargcount,
            code.co_kwonlyargcount,
            code.co_nlocals,
            code.co_stacksize,
            code.co_flags,
            code.co_firstlineno,
        )
    )
    for label in "names", "varnames", "freevars", "cellvars":
        out.append("%s%s %s" % (inner, label, " ".join(map(quote, getattr(code, "co_" + label)))))
    table = code.co_lnotab
    steps = ["%d%+d" % (table[i], table[i + 1] - (table[i + 1] >> 7 << 8)) for i in range(0, len(table), 2)]
    out.append("%slnotab %s" % (inner, " ".join(steps)))
    packed = code.co_code
    for i in range(0, len(packed), 2):
        out.append("%s%d %s %d" % (inner, i, names[packed[i]], packed[i + 1]))
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            dump(constant, out, inner)
        else:
            out.append("%sconst %s" % (inner, value_text(constant)))


def dump_symbols(table, out, indent=""):
    varnames = " ".join(map(quote, table.varnames))
    header = "%sblock %s type %d line %d nested %d varnames %s"
    out.append(header % (indent, quote(table.name), table.type, table.lineno, table.nested, varnames))
    for name, flags in sorted((quote(name), flags) for name, flags in table.symbols.items()):
        out.append("%s %s %d" % (indent, name, flags))
    for child in table.children:
        dump_symbols(child, out, indent + " ")


def answer(question, path, source):
    """The lines that answer the question."""
    out = []
    if question == "symbols":
        import _symtable

        dump_symbols(_symtable.symtable(source, path, "exec"), out)
    elif question in ("eval", "single"):
        dump(compile(source, path, question, dont_inherit=True, optimize=0), out)
    elif question == "await":
        import ast

        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        dump(compile(source, path, "exec", flags=flags, dont_inherit=True, optimize=0), out)
    else:
        dump(compile(source, path, "exec", dont_inherit=True, optimize=int(question)), out)
    return out


def describe(question, path, source=None):
    """What CPython makes of the file, as text."""
    if source is None:
        with open(path, "rb") as file:
            source = file.read()
    out = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = answer(question, path, source)
        except SyntaxError as error:
            place = " ".join(str(part) for part in (error.lineno, error.offset) if part is not None)
            # `SyntaxError` itself rewords the message of what looks like a print statement.
            result = ["error %s %s %s" % (type(error).__name__, place, error.args[0])]
        except Exception as error:
            result = ["error %s %s" % (type(error).__name__, error)]
    for warning in caught:
        out.append("warning %d %s" % (warning.lineno, warning.message))
    return "\n".join(out + result) + "\n"


def decoded_source(path):
    """The content in UTF-8, if the file is in an encoding that takes a codec to read; else nothing."""
    import tokenize

    with open(path, "rb") as file:
        try:
            encoding, _ = tokenize.detect_encoding(file.readline)
            if encoding in ("utf-8", "utf-8-sig", "iso-8859-1", "ascii"):
                return b""
            file.seek(0)
            return file.read().decode(encoding).encode()
        except (SyntaxError, UnicodeDecodeError):
            return b""


class Compiler:
    """The other side, as a running process."""

    def __init__(self, program):
        self.program = program
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def describe(self, question, path):
        source = decoded_source(path)
        self.process.stdin.write(b"%s\t%s\t%d\n" % (question.encode(), os.fsencode(path), len(source)))
        self.process.stdin.write(source)
        self.process.stdin.flush()
        length = self.process.stdout.readline()
        if not length:
            status = self.process.wait()
            self.start()
            return "crashed with status %d\n" % status
        return self.process.stdout.read(int(length)).decode()


def record(folder):
    """Writes anew what the tests in the folder expect."""
    programs = os.path.join(folder, "programs")
    for name in sorted(os.listdir(programs)):
        if name.endswith(".py"):
            with open(os.path.join(programs, name), "rb") as file:
                source = file.read()
            previous = None
            with open(os.path.join(programs, name[:-2] + "txt"), "w") as file:
                for question in "0", "await", "1", "2", "symbols":
                    text = describe(question, name, source)
                    if text != previous:
                        file.write("question %s\n%s" % (question, text))
                    previous = text
    path = os.path.join(folder, "errors.txt")
    with open(path) as file:
        introduction, *cases = file.read().split("\n>> ")
    with open(path, "w") as file:
        file.write(introduction)
        for case in cases:
            source = case.partition("\n")[2]
            result = describe("0", "errors", source.encode()).rstrip().replace("\n", " | ")
            file.write("\n>> %s\n%s" % (result, source))


def sources(roots):
    for root in roots:
        if os.path.isfile(root):
            yield root
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(files):
                if name.endswith(".py"):
                    yield os.path.join(folder, name)


def difference(ours, theirs):
    """The first difference of two texts, with the code object that it is in."""
    ours, theirs = ours.splitlines(), theirs.splitlines()
    where = ""
    for number, (left, right) in enumerate(zip(ours + [""], theirs + [""])):
        if left != right:
            break
        if left.lstrip().startswith("code "):
            where = left.strip()
    else:
        return "one is longer: %d and %d lines" % (len(ours), len(theirs))
    start = max(0, len(os.path.commonprefix([left, right])) - 40)
    left, right = left[start : start + 120], right[start : start + 120]
    context = "\n".join("        " + line[:120] for line in theirs[max(0, number - 3) : number])
    return "in %s\n%s\n  krait   %s\n  CPython %s" % (where, context, left, right)


compiler = None


def work(task):
    global compiler
    program, questions, path = task
    if compiler is None:
        compiler = Compiler(program)
    failures = []
    for question in questions:
        ours, theirs = compiler.describe(question, path), describe(question, path)
        if ours != theirs:
            failures.append((question, difference(ours, theirs)))
    return path, failures


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].splitlines()[0])
    parser.add_argument("--keep-going", type=int, default=20, metavar="N", help="differences to show")
    parser.add_argument("--question", action="append", choices=QUESTIONS + MORE_QUESTIONS)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    parser.add_argument("--tool", default=os.path.join(target, "release/examples/parity"))
    parser.add_argument("--record", metavar="FOLDER")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()
    if sys.version_info[:2] != (3, 9) or sys.implementation.name != "cpython" or "Krait" in sys.version:
        cpython = find_cpython()
        if cpython is None:
            sys.exit("parity: no CPython 3.9 was found, and without one there is nothing to compare with")
        os.execv(cpython, [cpython, os.path.abspath(__file__)] + sys.argv[1:])
    if options.record:
        return record(options.record)
    if not os.path.exists(options.tool):
        sys.exit("parity: %s is not built: cargo build --release -p compiler --example parity" % options.tool)
    questions = options.question or QUESTIONS
    paths = options.paths or [os.path.dirname(os.__file__)]
    tasks = [(options.tool, questions, path) for path in sources(paths)]
    equal = dict.fromkeys(questions, 0)
    shown = 0
    with multiprocessing.Pool() as pool:
        for path, failures in pool.imap_unordered(work, tasks, chunksize=4):
            failed = {question for question, _ in failures}
            for question in questions:
                equal[question] += question not in failed
            if failures and shown < options.keep_going:
                shown += 1
                print("%s, question %s: %s" % (path, *failures[0]), flush=True)
    for question in questions:
        share = 100 * equal[question] / max(1, len(tasks))
        label = "symbols" if question == "symbols" else "level " + question
        print("%s: %d of %d files equal (%.2f %%)" % (label, equal[question], len(tasks), share))
    sys.exit(any(equal[question] != len(tasks) for question in questions))


if __name__ == "__main__":
    main()
