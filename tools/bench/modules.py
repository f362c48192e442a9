"""Benchmarks of the standard library's native modules, each a function that prepares its data and returns what is timed.

Run as a program it is a worker: it reads lines `NAME REPEATS` and answers each with the seconds that the repeats took,
or with `! message` where the benchmark cannot run. `native_modules.py` beside it starts one worker per interpreter.
"""
import sys
import time

BENCHMARKS = {}


def benchmark(function):
    """The module is what stands before the first double underscore of the name."""
    BENCHMARKS[function.__name__.replace("__", ".", 1)] = function
    return function


RECORD = {
    "id": 12345, "name": "Alice Example", "tags": ["red", "green", "blue"], "active": True, "score": 12.75, "parent": None,
    "address": {"street": "1 Long Road", "city": "Ghent", "zip": "9000"}, "note": "line one\nline \"two\" \u00e9",
}
TEXT = "The quick brown fox jumps over the lazy dog. 0123456789 \u00e9\u00e8\n" * 400


@benchmark
def json__loads():
    import json
    text = json.dumps([RECORD] * 100)
    return lambda: json.loads(text)


@benchmark
def json__loads_numbers():
    import json
    text = json.dumps([[i, i * 0.37, -i * 1e10] for i in range(1000)])
    return lambda: json.loads(text)


@benchmark
def json__loads_strings():
    import json
    text = json.dumps([TEXT[:200]] * 200, ensure_ascii=False)
    return lambda: json.loads(text)


@benchmark
def json__dumps():
    import json
    records = [RECORD] * 100
    return lambda: json.dumps(records)


@benchmark
def json__dumps_numbers():
    import json
    rows = [[i, i * 0.37, -i * 1e10] for i in range(1000)]
    return lambda: json.dumps(rows)


@benchmark
def json__dumps_strings():
    import json
    strings = [TEXT[:200]] * 200
    return lambda: json.dumps(strings, ensure_ascii=False)


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


@benchmark
def pickle__dumps():
    import pickle
    records = [dict(RECORD, id=i) for i in range(100)]
    return lambda: pickle.dumps(records)


@benchmark
def pickle__loads():
    import pickle
    data = pickle.dumps([dict(RECORD, id=i) for i in range(100)])
    return lambda: pickle.loads(data)


@benchmark
def pickle__dumps_instances():
    import pickle
    points = [Point(i, i / 3) for i in range(500)]
    return lambda: pickle.dumps(points)


@benchmark
def pickle__loads_instances():
    import pickle
    data = pickle.dumps([Point(i, i / 3) for i in range(500)])
    return lambda: pickle.loads(data)


@benchmark
def struct__pack():
    import struct
    pack = struct.Struct("<IhdB8s").pack

    def run():
        for i in range(1000):
            pack(i, -7, 2.5, 255, b"abcdefgh")
    return run


@benchmark
def struct__unpack():
    import struct
    packed = struct.Struct("<IhdB8s")
    data = packed.pack(99, -7, 2.5, 255, b"abcdefgh")

    def run():
        for _ in range(1000):
            packed.unpack(data)
    return run


@benchmark
def struct__iter_unpack():
    import struct
    data = bytes(range(256)) * 64
    return lambda: list(struct.iter_unpack(">iHH", data))


COMPRESSIBLE = TEXT.encode() * 4


@benchmark
def zlib__compress():
    import zlib
    return lambda: zlib.compress(COMPRESSIBLE)


@benchmark
def zlib__compress_mixed():
    import random
    import zlib
    words = [str(random.Random(1).random()) for _ in range(50)] + TEXT.split()
    choice = random.Random(2).choice
    data = " ".join(choice(words) for _ in range(20000)).encode()
    return lambda: zlib.compress(data)


@benchmark
def zlib__decompress():
    import random
    import zlib
    words = TEXT.split()
    choice = random.Random(2).choice
    data = zlib.compress(" ".join(choice(words) for _ in range(20000)).encode())
    return lambda: zlib.decompress(data)


@benchmark
def zlib__crc32():
    import zlib
    return lambda: zlib.crc32(COMPRESSIBLE)


@benchmark
def zlib__adler32():
    import zlib
    return lambda: zlib.adler32(COMPRESSIBLE)


@benchmark
def bz2__compress():
    import bz2
    return lambda: bz2.compress(COMPRESSIBLE[:20000])


@benchmark
def bz2__decompress():
    import bz2
    data = bz2.compress(COMPRESSIBLE)
    return lambda: bz2.decompress(data)


@benchmark
def lzma__compress():
    import lzma
    return lambda: lzma.compress(COMPRESSIBLE[:20000])


@benchmark
def lzma__decompress():
    import lzma
    data = lzma.compress(COMPRESSIBLE)
    return lambda: lzma.decompress(data)


def digest(name):
    def prepare():
        import hashlib
        data = COMPRESSIBLE[:65536]
        new = getattr(hashlib, name)
        return lambda: new(data).digest()
    prepare.__name__ = "hashlib__" + name
    benchmark(prepare)


for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s"):
    digest(name)


@benchmark
def hashlib__sha256_small():
    from hashlib import sha256

    def run():
        for _ in range(200):
            sha256(b"a short message").hexdigest()
    return run


@benchmark
def hashlib__pbkdf2():
    import hashlib
    return lambda: hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 2000)


@benchmark
def hmac__new():
    import hmac

    def run():
        for _ in range(200):
            hmac.new(b"key", b"a short message", "sha256").digest()
    return run


ROWS = [[str(i), "some text", "with, comma", 'with "quotes"', "3.25"] for i in range(500)]


@benchmark
def csv__reader():
    import csv
    import io
    out = io.StringIO()
    csv.writer(out).writerows(ROWS)
    lines = out.getvalue().splitlines(True)
    return lambda: list(csv.reader(lines))


@benchmark
def csv__writer():
    import csv
    import io
    return lambda: csv.writer(io.StringIO()).writerows(ROWS)


@benchmark
def csv__DictReader():
    import csv
    lines = ["a,b,c\n"] + ["1,two,3.0\n"] * 500
    return lambda: list(csv.DictReader(lines))


@benchmark
def datetime__fromisoformat():
    from datetime import datetime
    parse = datetime.fromisoformat

    def run():
        for _ in range(500):
            parse("2021-03-04T05:06:07.123456+02:00")
    return run


@benchmark
def datetime__isoformat():
    from datetime import datetime
    moment = datetime(2021, 3, 4, 5, 6, 7, 123456)

    def run():
        for _ in range(500):
            moment.isoformat()
    return run


@benchmark
def datetime__strftime():
    from datetime import datetime
    moment = datetime(2021, 3, 4, 5, 6, 7, 123456)

    def run():
        for _ in range(500):
            moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return run


@benchmark
def datetime__strptime():
    from datetime import datetime
    parse = datetime.strptime

    def run():
        for _ in range(100):
            parse("2021-03-04 05:06:07", "%Y-%m-%d %H:%M:%S")
    return run


@benchmark
def datetime__arithmetic():
    from datetime import datetime, timedelta
    start, step = datetime(2021, 3, 4), timedelta(hours=7, microseconds=3)

    def run():
        moment = start
        for _ in range(500):
            moment = moment + step
        return (moment - start).total_seconds()
    return run


@benchmark
def zoneinfo__utcoffset():
    from datetime import datetime
    from zoneinfo import ZoneInfo
    moment = datetime(2021, 7, 4, 12, tzinfo=ZoneInfo("Europe/Brussels"))

    def run():
        for _ in range(500):
            moment.utcoffset()
    return run


@benchmark
def random__random():
    import random
    draw = random.Random(1).random

    def run():
        for _ in range(2000):
            draw()
    return run


@benchmark
def random__getrandbits():
    import random
    draw = random.Random(1).getrandbits

    def run():
        for _ in range(2000):
            draw(48)
    return run


@benchmark
def random__randint():
    import random
    draw = random.Random(1).randint

    def run():
        for _ in range(500):
            draw(1, 1000)
    return run


@benchmark
def random__shuffle():
    import random
    shuffle, items = random.Random(1).shuffle, list(range(500))
    return lambda: shuffle(items)


@benchmark
def random__gauss():
    import random
    draw = random.Random(1).gauss

    def run():
        for _ in range(500):
            draw(0, 1)
    return run


@benchmark
def math__fsum():
    import math
    values = [1.0 / (i + 1) * (-1) ** i * 10.0 ** (i % 30) for i in range(2000)]
    return lambda: math.fsum(values)


@benchmark
def math__functions():
    import math
    sin, sqrt, floor, hypot = math.sin, math.sqrt, math.floor, math.hypot

    def run():
        for i in range(500):
            floor(sqrt(i) + sin(i) + hypot(i, 2.0))
    return run


@benchmark
def math__integers():
    import math
    gcd, isqrt, comb, factorial = math.gcd, math.isqrt, math.comb, math.factorial

    def run():
        for i in range(1, 100):
            gcd(i * 12, 360), isqrt(i * 10 ** 20), comb(100, i), factorial(i)
    return run


@benchmark
def math__prod():
    import math
    values = [1.0001] * 2000
    return lambda: math.prod(values)


@benchmark
def cmath__functions():
    import cmath
    exp, sqrt, polar = cmath.exp, cmath.sqrt, cmath.polar

    def run():
        for i in range(500):
            polar(sqrt(exp(complex(0.5, i))))
    return run


@benchmark
def statistics__mean():
    import statistics
    values = [i / 7 for i in range(300)]
    return lambda: statistics.fmean(values) + statistics.stdev(values)


@benchmark
def statistics__NormalDist():
    import statistics
    inverse = statistics.NormalDist(3, 2).inv_cdf

    def run():
        for i in range(1, 500):
            inverse(i / 500)
    return run


@benchmark
def heapq__push_pop():
    import heapq
    values = [(i * 7919) % 1009 for i in range(1000)]

    def run():
        heap = []
        for value in values:
            heapq.heappush(heap, value)
        while heap:
            heapq.heappop(heap)
    return run


@benchmark
def bisect__insort():
    import bisect
    values = [(i * 7919) % 1009 for i in range(1000)]

    def run():
        ordered = []
        for value in values:
            bisect.insort(ordered, value)
    return run


@benchmark
def array__append_sum():
    from array import array

    def run():
        values = array("d")
        for i in range(1000):
            values.append(i)
        return sum(values) + values[17]
    return run


@benchmark
def binascii__b64encode():
    import binascii
    data = bytes(range(256)) * 64
    return lambda: binascii.b2a_base64(data)


@benchmark
def binascii__b64decode():
    import binascii
    data = binascii.b2a_base64(bytes(range(256)) * 64)
    return lambda: binascii.a2b_base64(data)


@benchmark
def binascii__hexlify():
    import binascii
    data = bytes(range(256)) * 64
    return lambda: binascii.unhexlify(binascii.hexlify(data))


@benchmark
def unicodedata__normalize():
    import unicodedata
    text = "\u00e9\u0041\u030a fianc\u00e9 \uac00 \u1e69 " * 100
    return lambda: unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))


@benchmark
def unicodedata__name():
    import unicodedata
    characters = "\u00e9A\u03b1\u4e2d\uac00\U0001f600" * 50

    def run():
        for character in characters:
            unicodedata.lookup(unicodedata.name(character))
    return run


def codec(name, text):
    def prepare_decode():
        data = (text * 500).encode(name)
        return lambda: data.decode(name)

    def prepare_encode():
        repeated = text * 500
        return lambda: repeated.encode(name)
    label = name.replace("-", "_")
    for kind, prepare in (("decode", prepare_decode), ("encode", prepare_encode)):
        prepare.__name__ = "codecs__%s_%s" % (label, kind)
        benchmark(prepare)


codec("utf-8", "Zo\u00eb \u4e2d\u6587 text")
codec("utf-16", "Zo\u00eb \u4e2d\u6587 text")
codec("latin-1", "Zo\u00eb text of the west")
codec("cp1252", "Zo\u00eb text of the west")
codec("gbk", "\u4e2d\u6587 text \u6c49\u5b57")
codec("gb18030", "\u4e2d\u6587 text \u6c49\u5b57")
codec("big5", "\u4e2d\u6587 text \u6f22\u5b57")
codec("shift_jis", "\u65e5\u672c\u8a9e text \u30ab\u30ca")
codec("euc_jp", "\u65e5\u672c\u8a9e text \u30ab\u30ca")
codec("iso2022_jp", "\u65e5\u672c\u8a9e text \u30ab\u30ca")
codec("euc_kr", "\ud55c\uad6d\uc5b4 text \uae00")

DOCUMENT = (
    "<?xml version='1.0'?><catalog xmlns:d='urn:d'>"
    + "".join(
        "<book id='b%d' d:lang=\"en\"><title>Title &amp; more %d</title><price>%d.50</price><note>Some longer text here,\n"
        "over two lines</note></book>" % (i, i, i) for i in range(300)
    )
    + "</catalog>"
)


@benchmark
def elementtree__fromstring():
    from xml.etree import ElementTree
    return lambda: ElementTree.fromstring(DOCUMENT)


@benchmark
def elementtree__fromstring_bytes():
    from xml.etree import ElementTree
    data = DOCUMENT.encode()
    return lambda: ElementTree.fromstring(data)


@benchmark
def elementtree__iterparse():
    import io
    from xml.etree import ElementTree
    data = DOCUMENT.encode()

    def run():
        for _, element in ElementTree.iterparse(io.BytesIO(data)):
            element.clear()
    return run


@benchmark
def elementtree__findall():
    from xml.etree import ElementTree
    tree = ElementTree.fromstring(DOCUMENT)
    return lambda: [book.findtext("title") for book in tree.findall("book")]


@benchmark
def elementtree__iter():
    from xml.etree import ElementTree
    tree = ElementTree.fromstring(DOCUMENT)
    return lambda: [element.get("id") for element in tree.iter() if element.text]


@benchmark
def pyexpat__Parse():
    from xml.parsers import expat
    data = DOCUMENT.encode()

    def run():
        parser = expat.ParserCreate()
        parser.Parse(data, True)
    return run


@benchmark
def pyexpat__handlers():
    from xml.parsers import expat
    data = DOCUMENT.encode()

    def run():
        seen = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda name, attributes: seen.append(name)
        parser.EndElementHandler = seen.append
        parser.CharacterDataHandler = seen.append
        parser.Parse(data, True)
    return run


@benchmark
def io__BytesIO():
    from io import BytesIO

    def run():
        for _ in range(500):
            BytesIO(b"some bytes")
    return run


@benchmark
def uuid__UUID():
    import uuid

    def run():
        for _ in range(100):
            str(uuid.UUID("12345678-1234-5678-1234-567812345678"))
    return run


@benchmark
def queue__SimpleQueue():
    from queue import SimpleQueue

    def run():
        queue = SimpleQueue()
        for i in range(500):
            queue.put(i)
        for _ in range(500):
            queue.get()
    return run


@benchmark
def contextvars__get_set():
    from contextvars import ContextVar
    variable = ContextVar("variable", default=0)

    def run():
        for i in range(500):
            variable.reset(variable.set(i))
            variable.get()
    return run


@benchmark
def asyncio__tasks():
    import asyncio

    async def work():
        await asyncio.sleep(0)
        return 1

    async def main():
        return sum(await asyncio.gather(*(work() for _ in range(100))))
    loop = asyncio.new_event_loop()
    return lambda: loop.run_until_complete(main())


@benchmark
def socket__send_recv():
    import socket
    one, other = socket.socketpair()

    def run():
        for _ in range(200):
            one.send(b"some bytes")
            other.recv(100)
    return run


@benchmark
def select__poll():
    import select
    import socket
    one, other = socket.socketpair()
    poll = select.poll()
    poll.register(one, select.POLLIN)
    other.send(b"x")

    def run():
        assert other
        for _ in range(200):
            poll.poll(0)
    return run


def work():
    """Answers the driver's lines until there are no more."""
    prepared = {}
    for line in sys.stdin:
        name, repeats = line.split()
        try:
            if name not in prepared:
                prepared.clear()
                prepared[name] = BENCHMARKS[name]()
                prepared[name]()
            run = prepared[name]
            start = time.perf_counter()
            for _ in range(int(repeats)):
                run()
            print(time.perf_counter() - start, flush=True)
        except Exception as error:
            print("!", type(error).__name__, error, flush=True)


if __name__ == "__main__":
    work()
