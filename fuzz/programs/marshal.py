"""Data of `marshal`: loading may raise, and what was loaded can be written and read again."""
import marshal

EXPECTED = (EOFError, ValueError, TypeError, MemoryError, RecursionError, UnicodeError, OverflowError)


def run(data):
    try:
        value = marshal.loads(data)
    except EXPECTED:
        return
    except SystemError as error:
        # What CPython says of a code object whose parts are of the wrong type.
        if "bad argument to internal function" in str(error):
            return
        raise
    try:
        repr(value)
        marshal.loads(marshal.dumps(value))
    except EXPECTED:
        pass
