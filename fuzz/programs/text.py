"""Texts as numbers, as formats of every kind, and in the methods of str and bytes."""
import ast
import datetime
import string
import time
import unicodedata

REFUSALS = (ValueError, TypeError, OverflowError, KeyError, IndexError, AttributeError, MemoryError, RecursionError, LookupError,
            SyntaxError)
VALUES = [0, -1, 255, 10**30, 1.5, -0.0, float("inf"), float("nan"), 1e300, 5e-324, 1j, complex(-1.5, 2), "", "abc", "\u20ac\U0001f600",
          None, True, b"ab", (1, 2), {"a": 1}, datetime.datetime(2020, 2, 29, 1, 2, 3, 4), datetime.timedelta(1, 2, 3),
          datetime.date.min, datetime.time.max]
MOST = 10000


def outcome(function, *args, **names):
    try:
        return function(*args, **names)
    except REFUSALS:
        return None


def too_wide(text):
    """Whether it asks for a width that takes long."""
    digits = 0
    for character in text:
        digits = digits + 1 if unicodedata.decimal(character, None) is not None else 0
        if digits > 4:
            return True
    return False


def numbers(text):
    for base in (0, 2, 10, 16, 36):
        number = outcome(int, text, base)
        if number is not None:
            assert int(str(number)) == number
    number = outcome(float, text)
    if number is not None:
        assert repr(float(repr(number))) == repr(number)
        again = outcome(float.fromhex, number.hex())
        assert repr(again) == repr(number)
    outcome(float.fromhex, text)
    number = outcome(complex, text)
    if number is not None:
        assert repr(complex(repr(number))) == repr(number)
    outcome(ast.literal_eval, text)


def formats(text, choice):
    if too_wide(text):
        return
    value = VALUES[choice % len(VALUES)]
    outcome(format, value, text)
    outcome(text.format, value, 1, a=value)
    outcome(text.format_map, {"a": value})
    outcome(lambda: list(string.Formatter().parse(text)))
    outcome(lambda: text % value)
    outcome(lambda: text % (value, 1, "x"))
    outcome(lambda: text % {"a": value})
    outcome(lambda: text.encode("latin-1", "replace") % (value,))
    outcome(time.strftime, text)
    outcome(datetime.datetime(2020, 2, 29).strftime, text)


def dates(text):
    for kind in (datetime.date, datetime.time, datetime.datetime):
        value = outcome(kind.fromisoformat, text)
        if value is not None:
            assert kind.fromisoformat(value.isoformat()) == value


def methods(text, other, choice):
    for a, b in ((text, other), (text.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))):
        if b:
            parts = a.split(b)
            assert b.join(parts) == a and len(parts) == a.count(b) + 1
            assert b.join(a.rsplit(b, choice % 5)) == a
            assert a.partition(b)[0] == parts[0] and a.rpartition(b)[2] == a.rsplit(b, 1)[-1]
            assert a.find(b) == (len(parts[0]) if len(parts) > 1 else -1)
            assert (a.rfind(b) >= 0) == (b in a)
        assert a.replace(b, a[:3], choice % 7) is not None
        assert a[::-1][::-1] == a and a[choice % 9:][:4] == a[choice % 9:choice % 9 + 4]
        a.title(), a.swapcase(), a.capitalize(), a.upper().lower(), a.strip(b or None), a.splitlines(), a.expandtabs(choice % 20)
        a.isidentifier() if isinstance(a, str) else a.hex(b":", choice % 9 - 4)
        a.isalnum(), a.isdigit(), a.isspace(), a.istitle(), a.isupper(), a.startswith((b, a[:2])), a.zfill(choice), a.center(choice)
        outcome(a.translate, a if isinstance(a, str) else bytes(range(255, -1, -1)))
        assert outcome(ast.literal_eval, repr(a)) == a
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        made = unicodedata.normalize(form, text)
        assert unicodedata.normalize(form, made) == made and unicodedata.is_normalized(form, made)
    text.casefold(), text.isprintable(), hash(text), ascii(text), sorted(text)
    outcome(unicodedata.lookup, text)


def run(data):
    if len(data) < 3:
        return
    text = data[2:].decode("utf-8", "surrogateescape") if data[1] & 1 else data[2:].decode("latin-1")
    numbers(text)
    formats(text, data[0])
    dates(text)
    methods(text, text[len(text) // 2:][:data[1] >> 5], data[0])
