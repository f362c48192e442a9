"""Docstrings of an interpreter's native modules: the project's are in its own words, not in CPython's.

    CPYTHON gather.py record MODULE... > cpython.txt
    KRAIT gather.py check cpython.txt
    KRAIT gather.py modules

A recorded docstring is a digest of its name and its words: signatures, punctuation of literals and white space do
not count, nor do texts of fewer than five words. `check` names those that are recorded, and ends with status 1 if
there are any.
"""
import hashlib
import importlib
import sys
import types

KINDS = (types.BuiltinFunctionType, types.MethodDescriptorType, types.GetSetDescriptorType,
         types.MemberDescriptorType, types.ClassMethodDescriptorType, staticmethod, classmethod, type)
HEAP_TYPE = 1 << 9
# CPython's own tests hold the words of these: test_descr and idlelib's test_calltip.
PINNED = {"_io.FileIO.closed", "builtins.complex.real", "builtins.list.append"}


def gather(prefix, names, seen, found):
    for name, value in list(names.items()):
        if not isinstance(value, KINDS) or id(value) in seen:
            continue
        seen.add(id(value))
        target = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        if isinstance(target, type) and target.__flags__ & HEAP_TYPE and prefix != "builtins":
            continue
        document = target.__doc__
        if isinstance(document, str) and not (name.startswith("__") and name != "__new__"):
            found[prefix + "." + name] = document
        if isinstance(target, type):
            gather(prefix + "." + name, vars(target), seen, found)


def documents(modules):
    found, seen = {}, set()
    for name in sorted(modules):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if module.__doc__:
            found[name] = module.__doc__
        gather(name, vars(module), seen, found)
    return found


def words(document):
    """The words of a docstring behind its signature."""
    lines = [line for line in document.splitlines() if "(" not in line.split(" ")[0] and "->" not in line]
    return " ".join(lines).replace("``", "").lower().split()


def digests(modules):
    """Names and words by digest, of those docstrings that are long enough to be anyone's."""
    result = {}
    for name, document in documents(modules).items():
        spoken = words(document)
        if len(spoken) > 4 and name not in PINNED:
            text = name + ": " + " ".join(spoken)
            result[hashlib.sha256(text.encode()).hexdigest()[:12]] = text
    return result


def native_modules():
    # `this` is no native module, and prints when it is imported.
    return [name for name in sys.builtin_module_names if name != "this"]


def main(command, *arguments):
    if command == "modules":
        print(*native_modules())
    elif command == "record":
        print(*sorted(digests(arguments)), sep="\n")
    else:
        with open(arguments[0], encoding="ascii") as file:
            recorded = set(file.read().split())
        ours = digests(native_modules())
        same = [text for digest, text in ours.items() if digest in recorded]
        print(*same, sep="\n")
        print("%d of %d docstrings are another's" % (len(same), len(ours)))
        return bool(same)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
