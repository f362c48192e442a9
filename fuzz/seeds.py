"""Inputs to begin with: `krait -I seeds.py NAME FOLDER` writes them, small and many."""
import os
import random
import struct
import sys

random.seed(1)

STATEMENTS = r'''
x = 1; y: int = 2; z = x if y else not x; del x, y
def f(a, b=1, /, c: "int" = 2, *args, d, e=3, **kw) -> None: return a + b * c ** -d // e % ~a @ b
async def g(): return [x async for x in y if await z] and {k: v for k, v in w} or z
class A(B, metaclass=C, **k):
    "doc"
    a = b = lambda *a, **k: (a, k)
    def m(self): return super().m, __class__
@d(1)
@e[0]
def h():
    global q; q = 1
    def i():
        nonlocal_ = 1
        def j(): nonlocal nonlocal_; nonlocal_ += 1; return nonlocal_
        return j
try: raise A from B
except (X, Y) as e: pass
except: raise
else: assert a, "b"
finally: print(*a, **b, sep="")
for i, (j, *k) in x:
    if i: continue
    elif j: break
else: pass
while (n := f()) < 3 != 4 is not None not in []: pass
with a as b, c() as (d, e): return_ = 1
import a.b.c as d, e; from . import f; from ..g import (h as i, j,); from k import *
a[1:2, ::3, ...] = b[:] = {*c, *d} | {**e, "f": 1}; a.b[c].d += 0x1F + 0b1 + 0o7 + 1_000.5e-3j
f"{a!r:>{b}} {{c}} {d=} {e:%Y-%m}" '\N{DIGIT ONE}\u20ac' """
long"""; rb"\x00" b"a'"
async def k():
    async with a as b:
        async for c in d: await e
    yield (yield)
    return
def n():
    x = yield from y
    return lambda: x
if 1: pass
elif 0: 2
# coding: latin-1
match = 1; print(match, case := 2)
'''


def values():
    class Plain:
        pass
    return [None, True, ..., 0, -1, 2**31, -2**70, 1.5, float("nan"), 1j, "", "abc", "\xe9\u20ac\U0001f600", "\ud800", b"", b"abc",
            (), (1, "a"), [1, [2, [3]]], {"a": 1, 2: None}, {1, 2}, frozenset("ab"), [["x"] * 3] * 2]


def compile_():
    statements = [part for part in STATEMENTS.split("\n") if part]
    yield from (b"\0" + part.encode() + b"\n" for part in statements)
    yield b"\0" + STATEMENTS.encode()
    for name in "bisect.py keyword.py this.py stat.py token.py types.py copyreg.py contextlib.py sched.py".split():
        path = os.path.join(os.path.dirname(os.__file__), name)
        with open(path, "rb") as file:
            yield b"\0" + file.read(6000)


def marshal():
    import marshal
    for version in range(5):
        for value in values():
            yield marshal.dumps(value, version)
    yield from bytecode()


def bytecode():
    import marshal
    yield marshal.dumps(compile(STATEMENTS, "s", "exec"))
    parts = STATEMENTS.replace("\n@", "\n\n@").split("\n")
    for start in range(len(parts)):
        for end in range(start + 1, min(start + 8, len(parts) + 1)):
            try:
                yield marshal.dumps(compile("\n".join(parts[start:end]), "s", "exec"))
            except SyntaxError:
                pass
    for text in ["x = [i for i in range(3)]", "def f(a=1):\n try: yield a\n finally: yield 2\nx = list(f())",
                 "class A:\n def __init__(self): self.a = {1: 2}\nx = A().a", "x, *y = (1, 2, 3)\nx += len(y)",
                 "try:\n 1/0\nexcept Exception as e:\n x = f'{e}'\nelse: y = {1: 2, **{}}",
                 "def o(a):\n def i(): return a\n return i\nx = o(1)()", "for i in range(9):\n if i: continue\n break"]:
        yield marshal.dumps(compile(text, "s", "exec"))


def calls():
    for length in range(4, 200, 3):
        yield bytes(random.getrandbits(8) for _ in range(length))


def json():
    for text in ['{"a": [1, -2.5e+3, true, false, null, "\\u20ac\\ud83d\\ude00\\n\\"x"]}', '[[[]], {}, "", 0]', ' [ 1 , 2 ]\n',
                 'NaN', '-Infinity', '"\u20ac\U0001f600"', '{"a": {"b": {"c": {}}}, "a": 1}', '1E400', '-0', '"\\ud800"', '[1,]',
                 '{"a" 1}', '[1 2]', '"\n"', '12345678901234567890123']:
        for choice in (0, 1, 9, 18, 41, 65, 126):
            yield bytes([choice]) + text.encode()
        yield b"\0" + text.encode("utf-16")
        yield b"\0" + text.encode("utf-32-le")


def pickle():
    import collections
    import datetime
    import pickle
    shared = [1]
    cycle = [shared, shared]
    cycle.append(cycle)
    more = [collections.OrderedDict(a=1), collections.deque([1], 3), datetime.date(2000, 1, 2), cycle, bytearray(b"ab"),
            slice(1, 2), ValueError("x"), "x" * 300, list(range(300)), complex(1, 2), len, range(3),
            collections.Counter("aab"), pickle.UnpicklingError]
    for protocol in range(6):
        for value in values() + more:
            yield pickle.dumps(value, protocol)
    yield pickle.dumps([pickle.PickleBuffer(b"abc")], 5, buffer_callback=lambda buffer: None)
    yield from (b"cbuiltins\nset\n(tR.", b"(lp0\nI1\naL2L\naF1.5\naS'a'\naV\\u20ac\na.", b"(i__main__\nPlain\n.", b"Pabc\n.",
                b"c__main__\nPlain\n)\x81}\x8c\x01aK\x01sb.", b"\x80\x04N)\x8c\x00\x8c\x03lenq\x00\x93.", b"(dp0\ng0\ng0\ns.")


def struct_():
    for layout in ["<i", ">Q", "!hHbB", "@iPnN?c", "=10s5p", "<efd", "3x2h", " < i", "0i", "l0q", "ssssp", "12?", ">eeee"]:
        yield bytes([len(layout)]) + layout.encode() + bytes(range(100, 140))


def csv():
    for text in ["a,b,c\r\n1,2,3\r\n", '"a""b","c\nd"\n', "a;'b;c'\n", "a\\,b,c\n", '"a"b\n', "1,2.5,\"x\"\n", "\0\n", "\u20ac, b\n", '"']:
        for options in (b"\0\3\5\0\1\0\0", b"\1\4\5\x07\x00\x00\x01", b"\2\3\4\xff\x0f\x02\x00", b"\0\3\5\x7f\x1f\3\1", b"\0\3\5\xf8\x2d\1\2"):
            yield options + text.encode()


def compressed():
    import bz2
    import lzma
    import zlib
    for body in (b"", b"abc", b"abcdef" * 100, bytes(range(256)) * 2):
        for how, window in enumerate([15, -15, 31, 15, 9, -9, 25, 15]):
            state = zlib.compressobj(9, zlib.DEFLATED, window)
            yield bytes([0, how, 36]) + state.compress(body) + state.flush() + b"rest"
        yield bytes([1, 0, 5]) + bz2.compress(body) + b"rest"
        yield bytes([2, 0, 5]) + lzma.compress(body) + b"rest"
        yield bytes([2, 1, 5]) + lzma.compress(body, check=lzma.CHECK_SHA256)
        yield bytes([2, 2, 5]) + lzma.compress(body, lzma.FORMAT_ALONE)
        for how, filters in enumerate([[{"id": lzma.FILTER_LZMA2, "preset": 0}],
                                       [{"id": lzma.FILTER_LZMA1, "dict_size": 4096, "lc": 0, "lp": 2}],
                                       [{"id": lzma.FILTER_DELTA, "dist": 3}, {"id": lzma.FILTER_LZMA2, "dict_size": 4096}]]):
            yield bytes([3, how, 9]) + lzma.compress(body, lzma.FORMAT_RAW, filters=filters)
        for how in range(0, 90, 7):
            yield bytes([4, how, how]) + body


def codecs():
    text = "ab\xe9\u20ac\u3042\uac00\U0001f600\U00020000 <&>"
    names = """ascii latin-1 utf-8 utf-8-sig utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be unicode_escape
        raw_unicode_escape cp1252 cp437 koi8_r mac_roman charmap punycode idna gb2312 gbk gb18030 hz big5 big5hkscs cp950 shift_jis
        shift_jis_2004 shift_jisx0213 cp932 euc_jp euc_jis_2004 euc_jisx0213 iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004
        iso2022_jp_3 iso2022_jp_ext iso2022_kr johab cp949 euc_kr""".split()
    for number, name in enumerate(names):
        for handler in (0, 1, 2, 4, 8, 10):
            yield bytes([number, handler, 1]) + (b"ab.xn--4ca" if name == "idna" else text.encode(name, "ignore"))
    for coded in (b"=3D=\n=E9 x", b"begin 644 x\n#86)C\n", b"YWJj\nZA==", b"\\x41\\101\\n\\\n", b"+AGEA-+", b"ff0G", b"~{VP~}"):
        yield b"\4\0\2" + coded


def text():
    for part in ["0x1F", "-1_000", "1e-5", "0x1.8p3", "1+2j", "nan", "\u0663.\u0661", "{0!r:>{a}} {a.b[c]}", "{:+#012,.3f}", "=^20_x",
                 "%(a)s %%", "%-+#010.3d %s %r %c", "%*.*f", "%Y-%m-%d %H:%M:%S.%f %z %G %V", "2020-02-29T01:02:03.000004+05:30",
                 "01:02", "[1, 'a', {2: b'c'}]", "\u01c5\xdf\ufb01 \u03a3", "a\u0301\u1100\u1161\u11a8", "a,b,,c", "  x\t\n"]:
        for choice in (0, 4, 9, 12, 20):
            yield bytes([choice, 0x41]) + part.encode()


def regex():
    for pattern, subject in [("a*b|c+?d", "aaab ccd"), ("(?P<n>\\w+)\\s(?P=n)", "ab ab"), ("(a)|(b)(?(1)c|d)", "bd"), ("[^a-c\\d]{2,3}", "xyz1"),
                             ("(?<=a)b(?!c)", "abd"), ("(?i:a)B", "aB"), ("^.*$", "a\nb"), ("(?:(a)|b)*", "abab"), ("((a)?b)+?c", "abbc"),
                             ("\\bfoo\\B", "foox"), ("(?x) a # c", "a"), ("[\u00e9-\u20ac]+", "\u00ea"), ("(a|ab)(c|bcd)(d*)", "abcd"), ("x{,5}", "xxx")]:
        source = pattern.encode()
        for flags in (0, 1, 2, 16):
            yield bytes([len(source), flags, 1]) + source + subject.encode()


def expat():
    for text in ["<a/>", "<?xml version='1.0' encoding='utf-8'?><a b='c' d=\"&lt;e&#65;\">text<b/><!-- c --><?pi x?><![CDATA[<d>]]></a>\n",
                 "<!DOCTYPE a [<!ELEMENT a (b|c)*><!ATTLIST a x CDATA 'y' z (p|q) #REQUIRED><!ENTITY e 'v<b/>'><!ENTITY % p 'q'>"
                 "<!NOTATION n SYSTEM 's'><!ENTITY u SYSTEM 'x' NDATA n><!ENTITY ex SYSTEM 'y'>%p;]><a>&e;&ex;</a>",
                 "<!DOCTYPE a SYSTEM 'b.dtd'><a xmlns='u' xmlns:p='v' p:q='1'><p:b/></a>", "<a>\u20ac\U0001f600</a>", "<a><b></a>",
                 "<!DOCTYPE l [<!ENTITY a 'xx'><!ENTITY b '&a;&a;'><!ENTITY c '&b;&b;'>]><l>&c;</l>", "\ufeff<a\n/>"]:
        for choice in (0, 1, 4, 12, 0x90, 0x70):
            yield bytes([choice, 3]) + text.encode()
        yield b"\0\7" + text.encode("utf-16")


MAKERS = {"compile": compile_, "struct": struct_}


def main(name, folder):
    os.makedirs(folder, exist_ok=True)
    maker = MAKERS.get(name) or globals()[name]
    for number, data in enumerate(maker()):
        with open(os.path.join(folder, "%04d" % number), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
