"""Data of `marshal`: loading may raise, and what was loaded can be written and read again."""
import marshal

EXPECTED = (EOFError, ValueError, TypeError, MemoryError, RecursionError, UnicodeError, OverflowError)


def run(data):
    try:
        value = marshal.loads(data)
    except EXPECTED:
        return
    except SystemError as error:
        # Of a code object whose parts are of the wrong type, and CPython says it so.
        if str(error) not in ("bad argument to internal function", "non-string found in code slot"):
            raise
        return
    try:
        repr(value)
        marshal.loads(marshal.dumps(value))
    except EXPECTED:
        pass
