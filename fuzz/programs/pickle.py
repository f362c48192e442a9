"""Pickles that name harmless things only: the fast reader gives what the library's own one in Python gives, and what
was read can be written by each protocol and read again."""
import array
import collections
import copyreg
import datetime
import decimal
import functools
import io
import operator
import pickle
import re


class Plain:
    def __repr__(self):
        return "Plain(%r)" % sorted(vars(self).items(), key=repr)


class Listed(list):
    pass


class Mapped(dict):
    pass


class Slotted:
    __slots__ = ("a", "b")


class Stated:
    def __setstate__(self, state):
        self.state = state

    def __reduce_ex__(self, protocol):
        return Stated, (), getattr(self, "state", None)


ALLOWED = {name: value for values in (
    [Plain, Listed, Mapped, Slotted, Stated, collections.OrderedDict, collections.deque, collections.defaultdict,
     collections.Counter, datetime.date, datetime.timedelta, array.array, decimal.Decimal, functools.partial,
     operator.itemgetter, operator.attrgetter, copyreg._reconstructor, copyreg.__newobj__, copyreg.__newobj_ex__,
     complex, bytearray, set, frozenset, list, dict, tuple, str, bytes, int, float, object, slice, range, len, getattr,
     Exception, KeyError, OSError, ValueError],) for value in values for name in [value.__name__]}


class Restricted:
    def find_class(self, module, name):
        try:
            return ALLOWED[name]
        except KeyError:
            raise pickle.UnpicklingError(name) from None

    def persistent_load(self, identity):
        return "<%s>" % (identity,)


class Fast(Restricted, pickle.Unpickler):
    pass


class InPython(Restricted, pickle._Unpickler):
    pass


LONGEST = 1 << 16
# `I-0` and `I 1` are truths to the reader in C, which looks at the length and the number, and numbers to the one in Python.
SIGNED_TRUTH = re.compile(rb"I[-+ \t\v\f\r][01]\n")


# What a pickle that is broken raises, and what the classes that it names raise at the wrong arguments.
REFUSALS = (pickle.PickleError, EOFError, ValueError, TypeError, LookupError, AttributeError, ImportError, ArithmeticError,
            RecursionError, MemoryError, BufferError, decimal.DecimalException)


def outcome(function, *args, **names):
    """What comes out, or nothing where it is refused."""
    try:
        return (function(*args, **names),)
    except REFUSALS:
        return None


def outcome_in_python(function):
    """The same of the library's own reader, which raises whatever its statements do."""
    try:
        return (function(),)
    except Exception:
        return None


def run(data):
    options = {"encoding": ("ASCII", "latin-1", "bytes", "utf-8")[len(data) % 4], "errors": ("strict", "replace")[len(data) % 2]}
    buffers = [bytearray(b"abc"), b"def"]
    fast = outcome(lambda: Fast(io.BytesIO(data), buffers=buffers, **options).load())
    if fast is None:
        return
    text = outcome(repr, fast[0])
    if text is None or "0x" in text[0] or len(text[0]) > LONGEST or SIGNED_TRUTH.search(data):
        return
    plain = outcome_in_python(lambda: InPython(io.BytesIO(data), buffers=buffers, **options).load())
    if plain is not None:
        again = outcome(repr, plain[0])
        assert again is None or again == text, (text, again)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        written = outcome(pickle.dumps, fast[0], protocol)
        if written is not None:
            again = outcome(lambda: Fast(io.BytesIO(written[0])).load())
            outcome(repr, again)
