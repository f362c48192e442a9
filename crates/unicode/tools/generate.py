"""Write the tables of this crate: run it with a CPython 3.9, from any directory.

    python3.9 crates/unicode/tools/generate.py

Every value is asked of the running interpreter (`unicodedata`, the methods of `str`,
and the exported character functions), never read from a data file. It writes

    src/tables/*.bin    what the crate includes, little-endian
    src/tables/*.txt    words of a closed set, one a line
    tests/digests.txt   a CRC-32 of each property over all code points
"""

import collections
import ctypes
import pathlib
import struct
import sys
import unicodedata
import zlib

assert sys.version_info[:2] == (3, 9) and unicodedata.unidata_version == "13.0.0"

CRATE = pathlib.Path(__file__).resolve().parent.parent
TABLES = CRATE / "src" / "tables"
POINTS = range(0x110000)
OLD = unicodedata.ucd_3_2_0
FORMS = ("NFC", "NFKC", "NFD", "NFKD")


def write(name, data):
    (TABLES / name).write_bytes(data)
    print(f"{name:20} {len(data):7} bytes")


def pack(kind, values):
    return struct.pack(f"<{len(values)}{kind}", *values)


# ---- two-stage tables -------------------------------------------------------------------------

def split(values, shift):
    """Blocks of 2**shift values, equal blocks once: (block number of each block, blocks end to end)."""
    size = 1 << shift
    seen, first, second = {}, [], []
    for start in range(0, len(values), size):
        block = tuple(values[start:start + size])
        if block not in seen:
            seen[block] = len(seen)
            second.extend(block)
        first.append(seen[block])
    return first, second


def write_trie(name, values):
    """One table: shift, length of the first stage, both stages as 16-bit words."""
    def cost(shift):
        first, second = split(values, shift)
        return len(first) + len(second)
    shift = min(range(4, 9), key=cost)
    first, second = split(values, shift)
    write(name, pack("H", [shift, len(first), *first, *second]))


def intern(records):
    """Numbers for equal records, and the records by number."""
    numbers = {}
    indices = [numbers.setdefault(record, len(numbers)) for record in records]
    return indices, list(numbers)


# ---- character types and case -----------------------------------------------------------------

def exported(name):
    function = getattr(ctypes.pythonapi, name)
    function.argtypes, function.restype = [ctypes.c_uint32], ctypes.c_uint32
    return function


simple_lower = exported("_PyUnicode_ToLowercase")
simple_upper = exported("_PyUnicode_ToUppercase")
simple_title = exported("_PyUnicode_ToTitlecase")
is_title = exported("_PyUnicode_IsTitlecase")


def case_ignorable(char):
    # A capital sigma is final where, case-ignorable characters skipped, no cased one follows.
    follows = ("A\u03a3" + char)[0:3].lower()[1]
    through = ("A\u03a3" + char + "A").lower()[1]
    return follows == "\u03c2" and through == "\u03c3"


# Bit by bit, in the order of the constants of `properties.rs`.
PREDICATES = [
    ("alpha", lambda c: c.isalpha()),
    ("decimal", lambda c: c.isdecimal()),
    ("digit", lambda c: c.isdigit()),
    ("numeric", lambda c: c.isnumeric()),
    ("lower", lambda c: c.islower()),
    ("upper", lambda c: c.isupper()),
    ("title", lambda c: bool(is_title(ord(c)))),
    ("space", lambda c: c.isspace()),
    ("linebreak", lambda c: len(("a" + c + "b").splitlines()) == 2),
    ("printable", lambda c: c.isprintable()),
    ("cased", lambda c: (c + "a").title()[-1] == "a"),
    ("case_ignorable", case_ignorable),
    ("xid_start", lambda c: c != "_" and c.isidentifier()),
    ("xid_continue", lambda c: ("a" + c).isidentifier()),
]
HAS_FULL_MAPPING = 1 << len(PREDICATES)
FULL = [("lower_full", str.lower), ("upper_full", str.upper), ("title_full", str.title), ("fold_full", str.casefold)]


def points(text):
    return tuple(map(ord, text))


def type_records():
    full_numbers, numeric_numbers = {}, {None: 0}
    for point in POINTS:
        char = chr(point)
        flags = sum(1 << bit for bit, (_, holds) in enumerate(PREDICATES) if holds(char))
        lower, upper, title = simple_lower(point), simple_upper(point), simple_title(point)
        digit = unicodedata.digit(char, 0xff)
        assert unicodedata.decimal(char, digit) == digit
        numeric = numeric_numbers.setdefault(unicodedata.numeric(char, None), len(numeric_numbers))
        mappings = tuple(points(method(char)) for _, method in FULL)
        full = 0
        if mappings != ((lower,), (upper,), (title,), (lower,)):
            flags |= HAS_FULL_MAPPING
            full = full_numbers.setdefault(mappings, len(full_numbers))
        yield (flags, digit, numeric, lower - point, upper - point, title - point, full)
    write_full_mappings(full_numbers)
    write("numeric.bin", pack("d", [value or 0.0 for value in numeric_numbers]))
    global NUMERIC
    NUMERIC = numeric_numbers


def write_full_mappings(mappings):
    padded = [point for entry in mappings for one in entry for point in (one + (0, 0))[:3]]
    write("full_case.bin", pack("I", padded))


# ---- the character database -------------------------------------------------------------------

CATEGORIES = sorted({unicodedata.category(chr(point)) for point in POINTS})
DIRECTIONS = sorted({unicodedata.bidirectional(chr(point)) for point in POINTS})
WIDTHS = sorted({unicodedata.east_asian_width(chr(point)) for point in POINTS})


def primary_composites():
    for point in POINTS:
        char = chr(point)
        mapping = unicodedata.decomposition(char).split()
        if len(mapping) == 2 and not mapping[0].startswith("<") and unicodedata.normalize("NFC", char) == char:
            yield int(mapping[0], 16), int(mapping[1], 16), point


COMPOSITES = sorted(primary_composites())
SECONDS = {second for _, second, _ in COMPOSITES} | set(range(0x1161, 0x1176)) | set(range(0x11a8, 0x11c3))
YES, MAYBE, NO = range(3)


def quick_check(form, point):
    if unicodedata.normalize(form, chr(point)) != chr(point):
        return NO
    return MAYBE if form in ("NFC", "NFKC") and point in SECONDS else YES


def database_record(database, point):
    char = chr(point)
    quick = sum(quick_check(form, point) << 2 * number for number, form in enumerate(FORMS))
    return (
        CATEGORIES.index(database.category(char)), DIRECTIONS.index(database.bidirectional(char)),
        database.combining(char), database.mirrored(char), WIDTHS.index(database.east_asian_width(char)), quick,
        database.decimal(char, 0xff), NUMERIC[database.numeric(char, None)],
    )


def write_database(name, database):
    indices, records = intern(database_record(database, point) for point in POINTS)
    write_trie(f"{name}_index.bin", indices)
    write(f"{name}_records.bin", b"".join(struct.pack("8B", *record) for record in records))


def write_decompositions():
    tags, pool, offsets, seen = [""], [0], [], {}
    for point in POINTS:
        mapping = unicodedata.decomposition(chr(point)).split()
        if not mapping:
            offsets.append(0)
            continue
        tag = mapping.pop(0) if mapping[0].startswith("<") else ""
        if tag not in tags:
            tags.append(tag)
        entry = (tags.index(tag) | len(mapping) << 8, *(int(part, 16) for part in mapping))
        if entry not in seen:
            seen[entry] = len(pool)
            pool.extend(entry)
        offsets.append(seen[entry])
    write_trie("decomposition_index.bin", offsets)
    write("decompositions.bin", pack("I", pool))
    write("decomposition_tags.txt", "".join(tag + "\n" for tag in tags).encode())


def write_corrections():
    """Code points whose canonical decomposition was another one in 3.2.0."""
    def differs(char):
        # Only a single code point can tell: 3.2.0 decomposes no other character differently.
        return OLD.category(char) != "Cn" and OLD.normalize("NFD", char) != unicodedata.normalize("NFD", char)
    changed = [point for point in POINTS if differs(chr(point))]
    pairs = [value for point in changed for value in (point, *points(OLD.normalize("NFD", chr(point))))]
    assert len(pairs) == 2 * len(changed)
    write("corrections_3_2_0.bin", pack("I", pairs))


# ---- names ------------------------------------------------------------------------------------

class NameAPI(ctypes.Structure):
    """`_PyUnicode_Name_CAPI` of the header ucnhash.h."""
    _fields_ = [
        ("size", ctypes.c_int),
        ("getname", ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.py_object, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_int, ctypes.c_int)),
    ]


def all_names():
    """Every name by code point; those of private-use code points stand for aliases and sequences."""
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    address = get_pointer(unicodedata.ucnhash_CAPI, b"unicodedata.ucnhash_CAPI")
    getname = NameAPI.from_address(address).getname
    buffer = ctypes.create_string_buffer(300)
    for point in POINTS:
        if getname(None, point, buffer, 300, 1):
            yield point, buffer.value.decode("ascii")


def algorithmic(name):
    return name.startswith("HANGUL SYLLABLE ") or name.startswith("CJK UNIFIED IDEOGRAPH-")


def words_of(point, name):
    suffix = f"{point:04X}"
    if name.endswith("-" + suffix):
        name = name[:-len(suffix)] + " \0"
    return name.split(" ")


def write_names():
    characters, extras = [], []
    for point, name in all_names():
        if algorithmic(name):
            continue
        try:
            own = unicodedata.name(chr(point)) == name
        except ValueError:
            own = False
        (characters if own else extras).append((point, name))
    named = [(point, name) for point, name in characters] + [(-1, name) for _, name in extras]
    parts = [words_of(point, name) for point, name in named]

    count = collections.Counter(word for words in parts for word in words)
    lexicon = sorted(count, key=lambda word: (-count[word], word))
    short = next(n for n in range(255, 0, -1) if n + (256 - n) * 256 >= len(lexicon))
    number = {word: index for index, word in enumerate(lexicon)}

    def encode(words):
        out = bytearray()
        for word in words:
            index = number[word]
            if index < short:
                out.append(index)
            else:
                high, low = divmod(index - short, 256)
                out += bytes((short + high, low))
        return bytes((len(out),)) + out

    data, anchors = bytearray(), []
    for ordinal, words in enumerate(parts):
        if ordinal % 16 == 0:
            anchors.append(len(data))
        data += encode(words)
    runs = []
    for ordinal, (point, _) in enumerate(characters):
        if not runs or point - runs[-1][0] != ordinal - runs[-1][1]:
            runs.append((point, ordinal))
    places = [fnv1a(name) % NAME_BUCKETS for _, name in named]
    order = sorted(range(len(named)), key=places.__getitem__)
    held = collections.Counter(places)
    starts = [0]
    for place in range(NAME_BUCKETS):
        starts.append(starts[-1] + held[place])
    meanings = [points(unicodedata.lookup(name)) for _, name in extras]

    write("name_data.bin", bytes(data))
    write("name_anchors.bin", pack("I", anchors))
    write("name_runs.bin", pack("I", [value for run in runs for value in run]))
    write("name_order.bin", pack("H", order))
    write("name_buckets.bin", pack("H", starts))
    write("name_extras.bin", pack("I", [value for one in meanings for value in (one + (0, 0, 0))[:4]]))
    ends, text = [], ""
    for word in lexicon:
        text += word
        ends.append(len(text))
    write("name_words.bin", pack("H", [short]) + b"".join(bytes((len(word),)) for word in lexicon))
    write("name_lexicon.txt", text.encode())
    blocks = ideograph_ranges()
    write("ideograph_ranges.bin", pack("I", [value for block in blocks for value in block]))


NAME_BUCKETS = 1 << 14


def fnv1a(name):
    """The hash of Fowler, Noll and Vo with 32 bits."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def ideograph_ranges():
    ranges = []
    for point in POINTS:
        if unicodedata.name(chr(point), "").startswith("CJK UNIFIED IDEOGRAPH-"):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    return ranges


# ---- digests ----------------------------------------------------------------------------------

def digest_lines():
    def over_points(make):
        crc = 0
        for start in range(0, 0x110000, 0x1000):
            crc = zlib.crc32(b"".join(make(chr(point)) for point in range(start, start + 0x1000)), crc)
        return f"{crc:08x}"

    def sequence(text):
        return pack("I", points(text)) + b"\xff\xff\xff\xff"

    for name, holds in PREDICATES:
        yield f"is_{name}", over_points(lambda c: bytes((holds(c),)))
    yield "is_alnum", over_points(lambda c: bytes((c.isalnum(),)))
    for name, method in FULL:
        yield f"to_{name}".replace("to_fold", "fold"), over_points(lambda c: sequence(method(c)))
    for name, function in (("lower", simple_lower), ("upper", simple_upper), ("title", simple_title)):
        yield f"to_{name}", over_points(lambda c: pack("I", [function(ord(c))]))
    yield "to_digit", over_points(lambda c: bytes((unicodedata.digit(c, 255),)))
    yield "name", over_points(lambda c: unicodedata.name(c, "").encode() + b"\n")
    for suffix, database in (("", unicodedata), ("_3_2_0", OLD)):
        yield "decimal" + suffix, over_points(lambda c: bytes((database.decimal(c, 255),)))
        yield "numeric" + suffix, over_points(lambda c: pack("d", [database.numeric(c, -2.0)]))
        for prop in ("category", "bidirectional", "east_asian_width", "decomposition"):
            yield prop + suffix, over_points(lambda c: getattr(database, prop)(c).encode() + b"\n")
        for prop in ("combining", "mirrored"):
            yield prop + suffix, over_points(lambda c: bytes((getattr(database, prop)(c),)))
        for form in FORMS:
            yield form + suffix, over_points(lambda c: sequence(database.normalize(form, c)))
            # Around neighbours that compose, reorder and block.
            yield form + "_context" + suffix, over_points(
                lambda c: sequence(database.normalize(form, "a\u0323" + c + "\u0301\u0327" + c + "\u1161\u11a8")))
            yield form + "_is_normalized" + suffix, over_points(lambda c: bytes((
                database.is_normalized(form, c), database.is_normalized(form, "a" + c + "\u0327"),
                database.is_normalized(form, "e\u0301" + c))))


def main():
    TABLES.mkdir(exist_ok=True)
    indices, records = intern(type_records())
    write_trie("type_index.bin", indices)
    write("type_records.bin", b"".join(struct.pack("<HBBiiiH2x", *record) for record in records))
    for name, values in (("categories", CATEGORIES), ("directions", DIRECTIONS), ("widths", WIDTHS)):
        write(f"{name}.txt", "".join(value + "\n" for value in values).encode())
    write_database("database", unicodedata)
    write_database("database_3_2_0", OLD)
    write_decompositions()
    write("composites.bin", pack("I", [value for entry in COMPOSITES for value in entry]))
    write_corrections()
    write_names()
    with open(CRATE / "tests" / "digests.txt", "w") as digests:
        for name, value in digest_lines():
            print(name, value, file=digests)


if __name__ == "__main__":
    main()
