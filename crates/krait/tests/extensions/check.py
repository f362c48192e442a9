"""What the compiled extension modules are to do, on any interpreter with the ABI of CPython 3.9."""
import datetime
import gc
import importlib
import sys

import dates
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

utc = datetime.timezone.utc
assert dates.fields(datetime.date(2001, 2, 3)) == ("date", 2001, 2, 3)
assert dates.fields(datetime.datetime(9999, 2, 3, 4, 5, 6, 789012, fold=1)) == (
    "datetime", 9999, 2, 3, 4, 5, 6, 789012, 1, None)
assert dates.fields(datetime.datetime(1, 2, 3, tzinfo=utc))[-1] is utc
assert dates.fields(type("Moment", (datetime.datetime,), {})(1, 2, 3))[0] == "its subclass"
assert dates.fields(datetime.time(4, 5, 6, 789012, utc)) == ("time", 4, 5, 6, 789012, 0, utc)
assert dates.fields(datetime.timedelta(1, 2, 3)) == ("timedelta", 1, 2, 3)
assert dates.fields(utc) == "tzinfo" and dates.fields(1) is None
day, moment, time, aware, first, zone = dates.build(2000)
assert day == datetime.date(2000, 2, 3) and time == datetime.time(1, 2, 3, 4) and zone is utc
assert moment == datetime.datetime(2000, 2, 3, 4, 5, 6, 7) and moment.fold == 1
assert aware == datetime.datetime(1999, 12, 31, 23, tzinfo=utc)
assert first == datetime.date.fromtimestamp(0)
try:
    dates.build(0)
except ValueError as error:
    assert str(error) == "year 0 is out of range", error
else:
    raise AssertionError("there is no year 0")

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
