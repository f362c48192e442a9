"""What the compiled extension modules are to do, on any interpreter with the ABI of CPython 3.9."""
import gc
import importlib
import sys

import multi_phase
import single_phase

assert single_phase.ANSWER == 42
assert single_phase.add(40, 2) == 42
assert single_phase.add.__doc__ == "The sum."
assert single_phase.add.__text_signature__ == "($module, left, right, /)"
assert single_phase.joined(["a", "b"]) == "a-b"
try:
    single_phase.add("a", 1)
except TypeError as error:
    assert str(error) == "an integer is required (got type str)", error
else:
    raise AssertionError("add() took a str")

block = multi_phase.Block()
assert multi_phase.Block.__module__ == "multi_phase" and multi_phase.Block.__doc__ == "Eight bytes."
with memoryview(block) as view:
    assert block.exports == 1 and view.nbytes == 8 and not view.readonly
    view[:3] = b"abc"
assert block.exports == 0 and bytes(block) == b"abc\0\0\0\0\0"

box = multi_phase.Box(content=1)
assert box.content == 1 and multi_phase.count() == 1
box.content = box
del box
gc.collect()
assert multi_phase.count() == 0, multi_phase.count()


class Below(multi_phase.Box):
    pass


boxes = Below(Below())
boxes.content.content = boxes
del boxes
gc.collect()
assert multi_phase.count() == 0, multi_phase.count()

first = multi_phase.Box
del sys.modules["multi_phase"]
assert importlib.import_module("multi_phase").Box is not first
print("as it should be")
