#!/usr/bin/env python3
"""Lists the docstrings that are word for word another interpreter's: the project's are in its own words.

    docstrings.py KRAIT CPYTHON

Compares the docstrings of builtins and of the modules that are part of KRAIT, but for signatures, white space and
texts of fewer than five words. The exit status is 1 where one is left.
"""
import json
import subprocess
import sys

PROBE = r"""
import importlib, json, sys, types

KINDS = (types.BuiltinFunctionType, types.MethodDescriptorType, types.GetSetDescriptorType,
         types.MemberDescriptorType, types.ClassMethodDescriptorType, staticmethod, classmethod, type)

def gather(prefix, names, seen, found):
    for name, value in list(names.items()):
        if not isinstance(value, KINDS) or id(value) in seen:
            continue
        seen.add(id(value))
        target = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        if isinstance(target, type) and target.__flags__ & 512 and prefix != "builtins":
            continue
        document = target.__doc__
        if isinstance(document, str) and not (name.startswith("__") and name != "__new__"):
            found[prefix + "." + name] = document
        if isinstance(target, type):
            gather(prefix + "." + name, vars(target), seen, found)

found, seen = {}, set()
for name in sorted(json.loads(sys.argv[1])):
    try:
        module = importlib.import_module(name)
    except ImportError:
        continue
    if module.__doc__:
        found[name] = module.__doc__
    gather(name, vars(module), seen, found)
print(json.dumps(found))
"""


def run(interpreter, *arguments):
    return json.loads(subprocess.run([interpreter, *arguments], check=True, capture_output=True, text=True).stdout)


def words(document):
    """The words of a docstring behind its signature."""
    lines = [line for line in document.splitlines() if "(" not in line.split(" ")[0] and "->" not in line]
    return " ".join(lines).replace("``", "").lower().split()


def main():
    krait, cpython = sys.argv[1:]
    names = run(krait, "-c", "import json, sys; print(json.dumps(sys.builtin_module_names))")
    names.remove("this") if "this" in names else None
    ours, theirs = (run(interpreter, "-c", PROBE, json.dumps(names)) for interpreter in (krait, cpython))
    same = {
        name: document
        for name, document in ours.items()
        if len(words(document)) > 4 and words(document) == words(theirs.get(name) or "")
    }
    for name, document in same.items():
        print("%s: %s" % (name, " ".join(words(document))))
    print("%d of %d docstrings are another's" % (len(same), len(ours)))
    return 1 if same else 0


if __name__ == "__main__":
    sys.exit(main())
