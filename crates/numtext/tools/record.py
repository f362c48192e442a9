"""Record how CPython 3.9 writes numbers and reads formats, as data for this crate's tests.

    python3.9 crates/numtext/tools/record.py [SEED COUNT [FOLDER]]

Each line is `kind<TAB>arguments...<TAB>result`; text has `\\u{...}` for what is not printable ASCII, floats are bits in
hexadecimal. A result that starts with `!` is an error: class and message.
"""

import _string
import pathlib
import random
import struct
import sys

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "recorded"


def escape(text):
    return "".join(c if " " <= c <= "~" and c != "\\" else f"\\u{{{ord(c):x}}}" for c in text)


def bits(value):
    return struct.pack(">d", value).hex()


def outcome(function, *arguments):
    try:
        return escape(function(*arguments))
    except Exception as error:
        return f"!{type(error).__name__}: {escape(str(error))}"


def floats(rng, count):
    yield from (0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1.5, 2.5, 1e15, 1e16, 1e17, 123456789.0, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308,
                float("inf"), float("-inf"), float("nan"), 9.995, 999999.5, 99999.95, 0.0001, 0.00001, 1234567.891, 1e22, 1e23, 100.0, 1000000.0)
    for _ in range(count):
        kind = rng.randrange(5)
        if kind == 0:
            yield struct.unpack(">d", rng.randbytes(8))[0]
        elif kind == 1:
            yield rng.uniform(-1000, 1000)
        elif kind == 2:
            yield round(rng.uniform(-100, 100), rng.randrange(4))
        elif kind == 3:
            yield float(rng.randrange(10 ** rng.randrange(1, 25)))
        else:
            yield rng.choice([1, -1]) * 10 ** rng.uniform(-20, 20)


def number_spec(rng, kinds):
    pick = rng.choice
    spec = pick(["", "", "", "<", ">", "^", "=", "*<", "x>", "\u20ac^", "0=", "*=", "<<", "==", "\ud800>"])
    spec += pick(["", "", "", "+", "-", " "]) + pick(["", "", "", "#"]) + pick(["", "", "0"])
    spec += pick(["", "", "1", "5", "12", "20", "31", "\u0663", "\u0661\u0665"])
    spec += pick(["", "", "", "", ",", "_"]) + pick([""] * 5 + [".0", ".1", ".3", ".10", ".17", ".50", "."])
    spec += pick(kinds)
    if rng.random() < 0.04:
        place = rng.randrange(len(spec) + 1)
        spec = spec[:place] + pick([",", "_", "x", "9" * 20, "\u1234", " ", "\x1f", ".", "#"]) + spec[place:]
    return spec


def integers(rng):
    return rng.choice([0, 1, -1, 7, 12, 123, 1234, -12345, 1234567, 10 ** 20, -(2 ** 70), rng.randrange(-10 ** 9, 10 ** 9), 65, 0x20ac])


def format_cases(rng, count):
    for value in floats(rng, count):
        yield "repr", bits(value), repr(value)
    for value in floats(rng, count * 3):
        spec = number_spec(rng, ["", "", "e", "f", "g", "E", "F", "G", "n", "%", "f", "g", "d", "s", "\u03b1", "r"])
        yield "float", bits(value), escape(spec), outcome(format, value, spec)
    for value in floats(rng, count // 4):
        spec = rng.choice([".17e", ".50f", ".0f", ".400e", ".1100f", ".17g", "#.0f", ".50g", "#.3g", "#g", ".0e", ".1500g"])
        yield "float", bits(value), spec, outcome(format, value, spec)
    for _ in range(count * 3):
        value = integers(rng)
        spec = number_spec(rng, ["", "d", "b", "o", "x", "X", "n", "d", "x", "c", "s", "q", "\u03b1"])
        yield "int", str(value), escape(spec), outcome(format, value, spec)
    for _ in range(count):
        real, imag = (rng.choice([0.0, -0.0, 1.0, -2.5, rng.uniform(-1e4, 1e4), 1e20, float("nan"), float("inf")]) for _ in "ri")
        spec = number_spec(rng, ["", "", "e", "f", "g", "n", "G", "%", "s"])
        yield "complex", bits(real), bits(imag), escape(spec), outcome(format, complex(real, imag), spec)
    for _ in range(count):
        value = rng.choice(["", "a", "text", "na\u00efve", "\U0001f600 smile", "longer than that"])
        spec = number_spec(rng, ["", "", "s", "s", "d"]) if rng.random() < 0.6 else rng.choice(["", "5", "^9", "*>12", ".2", "<6.1", "010", "=5", "+", "#s", ".3s"])
        yield "str", escape(value), escape(spec), outcome(format, value, spec)


def percent_cases(rng, count):
    pick = rng.choice
    for _ in range(count):
        flags = "".join(pick(["", "", "-", "+", " ", "#", "0"]) for _ in range(3))
        template = "%" + flags + pick(["", "", "3", "8", "15"]) + pick(["", "", ".", ".0", ".2", ".7"]) + pick(["", "", "l", "h", "L"])
        kind = pick("diuoxXeEfFgGs")
        value = abs(integers(rng)) * pick([1, -1]) if kind in "diuoxX" else pick("ab\u20acdefgh") * 4 if kind == "s" else pick(list(floats(rng, 1)))
        shown = bits(value) if isinstance(value, float) else escape(str(value))
        yield "percent", escape(template + kind), shown, outcome(lambda: (template + kind) % (value,))
    for template in ["%", "%5", "%.", "%-", "%l", "%lld", "%q", "% ", "%\u1234", "%\x1f", "%~", "%\x7f", "%99999999999999999999d", "%.2147483648d", "%.99999999999999999999d",
                     "%(", "%(a", "%((a)", "%(a)", "%\u0663d"]:
        yield "percent", escape(template), "1", outcome(lambda: template % ({"a": 1} if "(" in template else (1,)))


def template_text(rng):
    parts = ["{", "}", "{}", "{0}", "{a}", "{{", "}}", "text", "!r", "!", ":", "[", "]", "[0]", ".b", "{:>{w}}", "{a.b[c]!s:x{}y}", "\u20ac", "{a[}]}", "{!", "{!r", "{!r}", "{!r:", "{!rx}", "{:{"]
    return "".join(rng.choice(parts) for _ in range(rng.randrange(1, 5)))


def parsed(template):
    return "|".join("/".join("~" if part is None else part for part in piece) for piece in _string.formatter_parser(template))


def split(name):
    first, rest = _string.formatter_field_name_split(name)
    return "|".join([f"{type(first).__name__[0]}{first}"] + [f"{'a' if is_attribute else 'i'}{type(key).__name__[0]}{key}" for is_attribute, key in rest])


def template_cases(rng, count):
    for _ in range(count):
        template = template_text(rng)
        yield "template", escape(template), outcome(parsed, template)
        name = "".join(rng.choice(["a", "0", "12", ".", ".b", "[", "]", "[0]", "[x]", "[-1]", "[]", "c", "\u0663", "9" * 20]) for _ in range(rng.randrange(0, 5)))
        yield "name", escape(name), outcome(split, name)


def main():
    seed, count = int((sys.argv[1:2] or [3])[0]), int((sys.argv[2:3] or [300])[0])
    folder = pathlib.Path(sys.argv[3]) if sys.argv[3:] else OUT
    rng = random.Random(seed)
    for name, cases in (("format", format_cases), ("percent", percent_cases), ("template", template_cases)):
        lines = sorted({"\t".join(case) for case in cases(rng, count)})
        (folder / f"{name}.txt").write_text("".join(line + "\n" for line in lines))


if __name__ == "__main__":
    main()
