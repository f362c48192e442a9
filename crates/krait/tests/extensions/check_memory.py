"""What is said of memory that C code uses wrongly, and what happens where there is none."""
import os
import re
import subprocess
import sys

import memory


def run(code, source):
    """What a program writes on stderr, with its addresses taken out."""
    environment = {**os.environ, "PYTHONMALLOC": source}
    done = subprocess.run([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True)
    return done.returncode, re.sub("0x[0-9a-f]{5,}", "ADDRESS", done.stderr)


BROKEN_TAIL = """\
Debug memory block at address p=ADDRESS: API 'm'
    16 bytes originally requested
    The 7 pad bytes at p-7 are FORBIDDENBYTE, as expected.
    The 8 pad bytes at tail=ADDRESS are not all FORBIDDENBYTE (0xfd):
        at tail+0: 0x78 *** OUCH
        at tail+1: 0xfd
        at tail+2: 0xfd
        at tail+3: 0xfd
        at tail+4: 0xfd
        at tail+5: 0xfd
        at tail+6: 0xfd
        at tail+7: 0xfd
    Data at p: cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd

"""
BROKEN_FRONT = """\
Debug memory block at address p=ADDRESS: API 'o'
    40 bytes originally requested
    The 7 pad bytes at p-7 are not all FORBIDDENBYTE (0xfd):
        at p-7: 0xfd
        at p-6: 0xfd
        at p-5: 0xfd
        at p-4: 0xfd
        at p-3: 0xfd
        at p-2: 0xfd
        at p-1: 0x78 *** OUCH
    Because memory is corrupted at the start, the count of bytes requested
       may be bogus, and checking the trailing pad bytes may segfault.
    The 8 pad bytes at tail=ADDRESS are FORBIDDENBYTE, as expected.
    Data at p: cd cd cd cd cd cd cd cd ... cd cd cd cd cd cd cd cd

"""
ENABLE = "Enable tracemalloc to get the memory block allocation traceback\n\n"


def fatal(what, line):
    return """\
Fatal Python error: %s
Python runtime state: initialized

Current thread ADDRESS (most recent call first):
  File "<string>", line %d in <module>
""" % (what, line)


for source in "debug", "malloc_debug", "pymalloc_debug":
    broken = fatal("_PyMem_DebugRawFree: bad trailing pad byte", 1)
    assert run("import memory; memory.overflow()", source) == (-6, BROKEN_TAIL + ENABLE + broken)
    broken = fatal("_PyMem_DebugRawRealloc: bad leading pad byte", 1)
    assert run("import memory; memory.underflow()", source) == (-6, BROKEN_FRONT + ENABLE + broken)
    status, errors = run("import memory; memory.misuse()", source)
    assert status == -6 and "bad ID: Allocated using API 'm', verified using API 'r'" in errors, errors
    gil = "_PyMem_DebugMalloc: Python memory allocator called without holding the GIL"
    assert run("import memory; memory.without_gil()", source) == (-6, fatal(gil, 1))
    code = "import memory; assert memory.moved() == bytes(range(150))"
    assert run(code, source) == (0, "")

traced = """import memory, tracemalloc
tracemalloc.start(2)
def break_it():
    memory.overflow()
break_it()
"""
where = 'Memory block allocated at (most recent call first):\n  File "<string>", line 4\n  File "<string>", line 5\n\n'
broken = fatal("_PyMem_DebugRawFree: bad trailing pad byte", 4).replace("line 4 in <module>", "line 4 in break_it")
broken += '  File "<string>", line 5 in <module>\n'
assert run(traced, "debug") == (-6, BROKEN_TAIL + where + broken)

for source in "malloc", "pymalloc", "default":
    assert run("import memory; assert memory.moved() == bytes(range(150))", source) == (0, "")
refusal = "Fatal Python error: preconfig_init_allocator: PYTHONMALLOC: unknown allocator"
status, errors = run("", "foo")
assert status == 1 and errors.startswith(refusal), errors


class C:
    pass


def work():
    table = {}
    for i in range(10):
        table[str(i)] = [i * 10**12, (i, "x%d" % i), {i}, b"x" * i, float(i), C()]
    text = ",".join(sorted(table, key=lambda key: (len(key), key))).encode().decode("utf-8")

    class Below(C):
        attribute = 1

        def __repr__(self):
            return f"{self.attribute!r:>10}"

    assert [repr(Below()) for _ in range(3)] == ["         1"] * 3
    exec("def f(a, *b, c=1, **d):\n  return [a, b, c, d]\nf(1, 2, 3, x=4)", {})
    return text.split(",")


# Each request for memory may be the one that fails: MemoryError, and nothing else.
refused = 0
for blocks in range(400):
    memory.starve(blocks)
    try:
        work()
    except MemoryError:
        refused += 1
    finally:
        memory.feed()
assert refused > 100, refused
assert len(work()) == 10

# An object is one block.
memory.starve(10**6)
C()
C()
assert memory.feed() == 2
print("as it should be")
