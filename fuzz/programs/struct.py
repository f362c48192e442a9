"""Formats and data of `struct`: packing what was unpacked gives the same bytes, and integers are what
`int.from_bytes` says."""
import struct

LONGEST = 1 << 16


def run(data):
    if not data:
        return
    cut = 1 + data[0] % 24
    layout, rest = data[1:cut].decode("ascii", "replace"), data[cut:]
    try:
        made = struct.Struct(layout)
    except (struct.error, UnicodeEncodeError, MemoryError):
        return
    assert made.size == struct.calcsize(layout)
    repr(made.format)
    if made.size > LONGEST:
        return
    whole = (rest * (made.size // max(len(rest), 1) + 1) + bytes(made.size))[:made.size]
    values = made.unpack(whole)
    packed = made.pack(*values)
    assert len(packed) == made.size
    assert repr(made.unpack(packed)) == repr(values)
    room = bytearray(made.size + 3)
    made.pack_into(room, 3, *values)
    assert room[3:] == packed
    if len(layout) == 2 and layout[0] in "<>" and layout[1] in "bBhHiIlLqQ":
        order = "little" if layout[0] == "<" else "big"
        assert values == (int.from_bytes(whole, order, signed=layout[1].islower()),)
    for offset in (-len(rest) - 1, -1, 0, 1, len(rest), 2**63 - 1, -2**63):
        try:
            made.unpack_from(rest, offset)
        except struct.error:
            pass
    try:
        for _, _ in zip(range(100), made.iter_unpack(rest)):
            pass
    except struct.error:
        pass
    try:
        made.pack(*values, 1)
    except struct.error:
        pass
    for wrong in (2**64, -1, 1.5, None, "x", b"abc", float("inf"), 10**400):
        try:
            made.pack(*[wrong] * len(values))
        except (struct.error, OverflowError, TypeError):
            pass
