#!/usr/bin/env python3.9
"""Make the tables of the multibyte encodings by asking CPython 3.9 what it decodes and encodes.

usage: python3.9 tools/multibyte_tables.py

Writes crates/modules/src/multibyte/tables/FAMILY.xz, whose content crates/modules/src/multibyte/charset.rs reads:
for each encoding of the family, all numbers of three bytes in little-endian order,

- the 256 single bytes: a code point, LEAD where more bytes are awaited, ILLEGAL for none;
- the pairs of bytes, and the pairs behind 0x8f: the first and last row and column, then the code points of that
  box row by row, ILLEGAL for none, PAIRS + n for the n-th pair of code points; a box without cells is four zeros;
- how many pairs of code points there are, and their code points;
- how many code points are encoded otherwise than by the first bytes that decode to them, and each of these with its
  bytes as a big-endian number, ILLEGAL where there are none;
- how many ranges of four bytes there are (GB 18030), and for each the place of its first, the code point, the length.
"""

import lzma
import pathlib
import sys

FAMILIES = {
    "cn": ["gb2312", "gbk", "gb18030"],
    "jp": ["euc_jp", "shift_jis", "cp932", "euc_jis_2004", "euc_jisx0213", "shift_jis_2004", "shift_jisx0213"],
    "kr": ["euc_kr", "cp949", "johab"],
    "tw": ["big5", "cp950", "big5hkscs"],
}
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "crates/modules/src/multibyte/tables"

ILLEGAL, LEAD, PAIRS = 0xFFFFFF, 0xFFFFFE, 0x110000
SURROGATES = range(0xD800, 0xE000)


def decoded(data, encoding):
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def single(byte, encoding):
    try:
        return ord(bytes([byte]).decode(encoding))
    except UnicodeDecodeError as error:
        return LEAD if "incomplete" in error.reason else ILLEGAL


def box(prefix, leads, encoding):
    """The cells of two bytes behind a prefix that decode together."""
    cells = {}
    for row in leads:
        for column in range(256):
            text = decoded(prefix + bytes([row, column]), encoding)
            if text:
                cells[row, column] = text
    return cells


class Encoding:
    def __init__(self, name):
        self.name = name
        self.single = [single(byte, name) for byte in range(256)]
        leads = [byte for byte in range(256) if self.single[byte] == LEAD]
        self.double = box(b"", leads, name)
        self.triple = box(b"\x8f", range(256), name) if self.single[0x8F] == LEAD else {}
        if any(row == 0x8F for row, _ in self.double):
            self.triple = {}
        texts = [*self.double.values(), *self.triple.values()]
        self.pairs = sorted({text for text in texts if len(text) == 2})
        self.ranges = self.four_byte_ranges() if name == "gb18030" else []
        self.exceptions = self.find_exceptions()

    def four_byte_ranges(self):
        ranges = []
        for point in range(0x80, 0x110000):
            if point in SURROGATES:
                continue
            data = chr(point).encode(self.name)
            if len(data) != 4:
                continue
            a, b, c, d = data
            place = (((a - 0x81) * 10 + b - 0x30) * 126 + c - 0x81) * 10 + d - 0x30
            last = ranges[-1] if ranges else None
            if last and last[0] + last[2] == place and last[1] + last[2] == point:
                last[2] += 1
            else:
                ranges.append([place, point, 1])
        return ranges

    def find_exceptions(self):
        first = {}
        for byte, point in enumerate(self.single):
            if point < LEAD:
                first.setdefault(chr(point), byte)
        for (row, column), text in self.double.items():
            first.setdefault(text, row << 8 | column)
        for (row, column), text in self.triple.items():
            first.setdefault(text, 0x8F0000 | row << 8 | column)
        exceptions = []
        for point in range(0x110000):
            try:
                data = chr(point).encode(self.name)
            except UnicodeEncodeError:
                data = b""
            # What is longer follows from rules: ranges of GB 18030, syllables of KS X 1001 in parts.
            actual = int.from_bytes(data, "big") if 0 < len(data) < 4 else None
            if actual != first.get(chr(point)):
                exceptions.append((point, ILLEGAL if actual is None else actual))
        return exceptions

    def numbers(self):
        yield from self.single
        for cells in self.double, self.triple:
            if not cells:
                yield from (0, 0, 0, 0)
                continue
            rows, columns = {row for row, _ in cells}, {column for _, column in cells}
            yield from (min(rows), max(rows), min(columns), max(columns))
            for row in range(min(rows), max(rows) + 1):
                for column in range(min(columns), max(columns) + 1):
                    text = cells.get((row, column))
                    if not text:
                        yield ILLEGAL
                    elif len(text) == 1:
                        yield ord(text)
                    else:
                        yield PAIRS + self.pairs.index(text)
        yield len(self.pairs)
        for text in self.pairs:
            yield from map(ord, text)
        yield len(self.exceptions)
        for point, value in self.exceptions:
            yield from (point, value)
        yield len(self.ranges)
        for numbers in self.ranges:
            yield from numbers


def main():
    if sys.version_info[:2] != (3, 9) or sys.implementation.name != "cpython":
        sys.exit("ask CPython 3.9")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for family, names in FAMILIES.items():
        content = bytearray()
        for name in names:
            encoding = Encoding(name)
            for number in encoding.numbers():
                content += number.to_bytes(3, "little")
            print(name, len(encoding.double), len(encoding.triple), len(encoding.pairs), len(encoding.exceptions))
        path = FOLDER / f"{family}.xz"
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "pb": 0, "lc": 4}]
        path.write_bytes(lzma.compress(bytes(content), check=lzma.CHECK_CRC32, filters=filters))
        print(path.name, len(content), path.stat().st_size)


if __name__ == "__main__":
    main()
