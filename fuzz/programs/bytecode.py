"""Code objects as a broken .pyc file has them: running them may raise anything, in the time it is given."""
import marshal
import signal
import sys


class OutOfTime(BaseException):
    pass


def stop(number, frame):
    raise OutOfTime


signal.signal(signal.SIGVTALRM, stop)
SECONDS = 0.05
HARMLESS = {name: __builtins__[name] if isinstance(__builtins__, dict) else getattr(__builtins__, name)
            for name in """
    abs all any ascii bin bool bytearray bytes callable chr complex dict dir divmod enumerate filter float format
    frozenset getattr hasattr hash hex id int isinstance issubclass iter len list locals map max memoryview min next
    object oct ord pow print property range repr reversed round set setattr slice sorted staticmethod classmethod str
    sum super tuple type vars zip __build_class__ Exception BaseException ValueError TypeError KeyError StopIteration
    ArithmeticError ZeroDivisionError AssertionError AttributeError GeneratorExit NameError RuntimeError
    """.split()}
HARMLESS["print"] = lambda *args, **kwargs: None
HARMLESS["__name__"] = "fuzz"


def drive(value):
    """Takes a few steps of whatever the code has left behind."""
    kind = type(value).__name__
    if kind == "function":
        value = value(*[1] * value.__code__.co_argcount)
        kind = type(value).__name__
    if kind in ("generator", "coroutine"):
        for step in range(3):
            value.send(None)
        value.close()


def run(data):
    try:
        code = marshal.loads(data)
    except (EOFError, ValueError, TypeError, MemoryError, RecursionError, OverflowError, SystemError):
        return
    if type(code).__name__ != "code":
        return
    namespace = {"__builtins__": dict(HARMLESS), "__name__": "fuzz"}
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, SECONDS)
    try:
        exec(code, namespace)
        for value in list(namespace.values()):
            try:
                drive(value)
            except Exception:
                pass
    except BaseException:
        pass
    finally:
        while True:
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                break
            except OutOfTime:
                pass
        # Functions and generators hold their frames through it, which may be as large as broken code says.
        namespace.clear()
