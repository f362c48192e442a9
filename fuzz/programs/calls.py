"""Calls of the built-in types' methods and operators with arguments that do not suit them, in sequences that the
bytes choose. Some arguments change what they are used on while it is in use."""
import builtins
import collections
import functools
import itertools
import operator
import signal
import sys
import types
import warnings
import weakref

warnings.simplefilter("ignore")
sys.unraisablehook = lambda unraisable: None


class OutOfTime(BaseException):
    pass


def stop(number, frame):
    raise OutOfTime


signal.signal(signal.SIGVTALRM, stop)
sys.setrecursionlimit(200)

# What would end the process, wait for input, reach the rest of the machine, or fill the memory.
UNWANTED = {"__subclasses__", "__globals__", "__builtins__", "f_globals", "f_builtins", "f_back", "f_locals", "gi_frame",
            "cr_frame", "tb_frame", "__loader__", "__spec__", "exit", "quit", "input", "breakpoint", "open", "exec",
            "eval", "compile", "__import__", "help", "copyright", "credits", "license", "globals", "print", "vars",
            "__debug__", "__build_class__"}
# More than this is not used again: longer values take the time, not the faults.
LONGEST = 2000


class Meddler:
    """Changes the pool's containers whenever it is asked anything."""

    pool = ()

    def __init__(self, pool=()):
        self.pool = pool

    def meddle(self):
        for value in list(self.pool) if isinstance(self.pool, list) else ():
            if type(value) in (list, dict, set, bytearray, collections.deque, collections.OrderedDict):
                try:
                    value.clear()
                except (BufferError, RuntimeError):
                    pass

    def __index__(self):
        self.meddle()
        return 1

    def __eq__(self, other):
        self.meddle()
        return True

    def __hash__(self):
        self.meddle()
        return 1

    def __lt__(self, other):
        self.meddle()
        return False

    def __len__(self):
        self.meddle()
        return 3

    def __bool__(self):
        self.meddle()
        return True

    def __iter__(self):
        self.meddle()
        return iter([1, "a", self])

    def __getitem__(self, key):
        self.meddle()
        if key == 5:
            raise IndexError
        return key

    def __call__(self, *args, **kwargs):
        self.meddle()
        return args[0] if args else self

    def __str__(self):
        self.meddle()
        return "meddler"

    def __float__(self):
        self.meddle()
        return 1.5

    def __bytes__(self):
        self.meddle()
        return b"meddler"

    def __fspath__(self):
        return "path"

    def __del__(self):
        self.meddle()


class List(list):
    pass


class Text(str):
    __slots__ = ("extra",)


class Number(int):
    def __add__(self, other):
        return NotImplemented


class Table(dict):
    def __missing__(self, key):
        return key


def generate():
    received = yield 1
    try:
        yield received
    finally:
        yield 3


async def coroutine():
    return 1


TYPES = [bool, bytearray, bytes, classmethod, complex, dict, enumerate, filter, float, frozenset, int, list, map,
         memoryview, object, property, range, reversed, set, slice, staticmethod, str, super, tuple, type, zip,
         BaseException, Exception, OSError, UnicodeDecodeError, UnicodeEncodeError, StopIteration, SyntaxError,
         SystemExit, ImportError, KeyError, types.SimpleNamespace, types.MappingProxyType, types.GenericAlias,
         types.FunctionType, types.MethodType, types.CellType, types.ModuleType, types.CodeType,
         collections.deque, collections.OrderedDict, collections.defaultdict, functools.partial, weakref.ref,
         itertools.chain, itertools.islice, itertools.product, itertools.permutations, itertools.groupby,
         itertools.accumulate, itertools.zip_longest, itertools.combinations, itertools.tee, itertools.starmap,
         operator.itemgetter, operator.attrgetter, operator.methodcaller, List, Text, Number, Table, Meddler]
FUNCTIONS = [getattr(builtins, name) for name in sorted(dir(builtins))
             if name not in UNWANTED and callable(getattr(builtins, name))]
FUNCTIONS += [getattr(operator, name) for name in sorted(dir(operator)) if callable(getattr(operator, name))]
FUNCTIONS += [functools.reduce, functools.cmp_to_key, sys.getsizeof, sys.intern, sys.getrefcount]
# Powers and shifts by large numbers take time and memory, as they should.
FUNCTIONS = [function for function in FUNCTIONS
             if getattr(function, "__name__", "") not in ("pow", "ipow", "lshift", "ilshift")]


def make_pool():
    pool = [None, True, 0, 1, -1, 2, 7, 255, 256, 2**31 - 1, -2**31, 2**63 - 1, 2**63, -2**63, 2**64, 10**30,
            0.0, -0.0, 1.5, float("nan"), float("inf"), 1e300, 1j, complex("nan"),
            "", "a", "abc", "\xe9t\xe9", "\u20ac", "\U0001f600", "\ud800", "%s %d %(a)s", "{0} {a!r:>5}", "utf-8",
            "ascii", "strict", "ignore", "surrogateescape", "__class__", "append", "x" * 100,
            b"", b"a", b"abc\xff", bytearray(b"abcdef"), bytearray(),
            (), (1,), (1, "a", None), [], [3, 1, 2], ["a", "b"], {}, {"a": 1, 1: "a"}, set(), {1, "a"}, frozenset({2}),
            range(5), range(10**20, 10**20 + 9, 3), slice(None), slice(1, None, -1), slice(-5, 10**25, 2), ..., NotImplemented,
            memoryview(b"abcdef"), memoryview(bytearray(b"abcdef")), collections.deque([1, 2], 3),
            collections.OrderedDict(a=1), List([1, 2]), Text("t"), Number(3), Table(a=1), object(),
            generate(), iter([1, 2]), iter("ab"), iter({1: 2}), iter(set("ab")), lambda *a, **k: a, len, make_pool,
            types.SimpleNamespace(a=1), ValueError("v"), KeyError, StopIteration(1), make_pool.__code__, types.ModuleType("m")]
    pool.append(Meddler(pool))
    pool.append(weakref.ref(pool[-1]))
    pool.extend([pool[-2], pool[-2]])
    return pool


class Choices:
    """The bytes, as a series of choices."""

    def __init__(self, data):
        self.data = data
        self.next = 0

    def __bool__(self):
        return self.next < len(self.data)

    def below(self, count):
        wide = 2 if count > 256 else 1
        part = self.data[self.next:self.next + wide]
        self.next += wide
        return int.from_bytes(part, "big") % count

    def of(self, values):
        return values[self.below(len(values))]


NAMES = {}


def attribute_names(value):
    kind = type(value)
    if kind is type:
        kind = value
    if kind not in NAMES:
        NAMES[kind] = [name for name in sorted(dir(kind)) if name not in UNWANTED] or ["__class__"]
    return NAMES[kind]


def is_small(value):
    if isinstance(value, int):
        return -10**200 < value < 10**200
    try:
        length = type(value).__len__(value)
    except Exception:
        return True
    return length <= LONGEST


def is_large(value):
    """Whether it takes too long as an exponent, a count or a width."""
    return isinstance(value, int) and abs(value) > 1000


def step(choices, pool):
    how = choices.below(10)
    if how < 5:
        target = choices.of(pool)
        function = getattr(target, choices.of(attribute_names(target)))
    elif how < 7:
        function = choices.of(TYPES)
    elif how < 9:
        function = choices.of(FUNCTIONS)
    else:
        target = choices.of(pool)
        setattr(target, choices.of(attribute_names(target)), choices.of(pool))
        return
    if not callable(function) or getattr(function, "__name__", None) in UNWANTED:
        result = function
    else:
        shape = choices.below(8)
        args = [choices.of(pool) for _ in range(shape % 4)]
        names = {choices.of(["key", "default", "encoding", "errors", "reverse", "maxsplit", "sep", "start", "a"]):
                 choices.of(pool)} if shape >= 6 else {}
        name = getattr(function, "__name__", "")
        if name in ("__rpow__", "__rlshift__", "__rmul__") and is_large(getattr(function, "__self__", 0)):
            return
        if name in ("__pow__", "__rpow__", "__ipow__", "__lshift__", "__rlshift__", "__mul__", "__rmul__", "__imul__",
                    "ljust", "rjust", "center", "zfill", "expandtabs", "mul", "imul", "to_bytes", "__format__", "format",
                    "__mod__", "mod", "__rmod__", "imod", "bytes", "bytearray", "product", "permutations", "round",
                    "__round__", "range", "slice", "fromhex", "islice", "combinations", "tee"):
            args = [arg for arg in args if not is_large(arg)]
        if name == "iter" and len(args) == 2:
            # It may have no end.
            args.pop()
        result = function(*args, **names)
    if is_small(result) and len(pool) < 150:
        pool.append(result)
    kind = type(result)
    if hasattr(kind, "__next__"):
        for _, _ in zip(range(4), result):
            pass
    elif choices.below(4) == 0:
        len(repr(result))


def run(data):
    choices = Choices(data)
    pool = make_pool()
    signal.setitimer(signal.ITIMER_VIRTUAL, 1, 1)
    try:
        while choices:
            try:
                step(choices, pool)
            except SystemError:
                raise
            except Exception:
                pass
            except (SystemExit, KeyboardInterrupt, GeneratorExit, BaseException) as stopped:
                if isinstance(stopped, OutOfTime):
                    return
    finally:
        while True:
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                break
            except OutOfTime:
                pass
        pool.clear()


def at_random(seconds, seed):
    """Without an engine: `krait calls.py SECONDS SEED`."""
    import os
    import random
    import time
    generator = random.Random(seed)
    end = time.monotonic() + seconds
    count = 0
    with open("last-input", "wb") as last:
        while time.monotonic() < end:
            data = bytes(generator.getrandbits(8) for _ in range(generator.randrange(4, 200)))
            last.seek(0)
            last.truncate()
            last.write(data)
            last.flush()
            run(data)
            count += 1
    print(count, "runs")


if __name__ == "__main__" and len(sys.argv) == 3:
    at_random(float(sys.argv[1]), int(sys.argv[2]))
