"""JSON texts: the fast scanner and encoder do what the library's own ones in Python do."""
import json
from json import decoder, encoder, scanner


class PlainDecoder(json.JSONDecoder):
    def __init__(self, strict):
        super().__init__(strict=strict)
        self.parse_string = decoder.py_scanstring
        self.scan_once = scanner.py_make_scanner(self)


def outcome(function, *args):
    try:
        return "gives", repr(function(*args))
    except ValueError:
        # Each words it a little differently.
        return "raises", None
    except (RecursionError, MemoryError):
        return None


def dump_plainly(value, **options):
    fast, encoder.c_make_encoder = encoder.c_make_encoder, None
    try:
        return json.JSONEncoder(**options).encode(value)
    finally:
        encoder.c_make_encoder = fast


def run(data):
    if len(data) < 2:
        return
    choice = data[0]
    encoding, errors = [("utf-8", "replace"), ("utf-8", "surrogateescape"), ("latin-1", "strict"), ("utf-8", "ignore")][choice & 3]
    text = data[1:].decode(encoding, errors)
    strict = not choice & 4
    fast = outcome(json.JSONDecoder(strict=strict).decode, text)
    plain = outcome(PlainDecoder(strict).decode, text)
    # The one in Python takes whatever `int` reads for four digits.
    assert fast == plain or None in (fast, plain) or fast[0] == "raises", (fast, plain)
    outcome(json.loads, data[1:])
    if fast is None or fast[0] != "gives":
        return
    value = json.loads(text, strict=strict)
    options = {"ensure_ascii": bool(choice & 8), "indent": (None, 1)[choice >> 4 & 1], "sort_keys": bool(choice & 32),
               "allow_nan": bool(choice & 64)}
    fast = outcome(lambda: json.dumps(value, **options))
    plain = outcome(lambda: dump_plainly(value, **options))
    assert fast == plain or None in (fast, plain), (fast, plain)
