"""What `targets/compile.rs` does, through `compile`: to run its finds again without an engine."""
import ast
import warnings

warnings.simplefilter("ignore")
REFUSALS = (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError)


def run(data):
    if not data:
        return
    choice, source = data[0], data[1:]
    flags = (ast.PyCF_TYPE_COMMENTS if choice & 8 else 0) | (ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if choice & 64 else 0)
    mode = ("exec", "exec", "eval", "single")[choice & 3]
    try:
        compile(source, "<fuzz>", mode, flags, True, (choice >> 4) % 3)
    except REFUSALS:
        pass
