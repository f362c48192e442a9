"""Bytes in every encoding, whole and a few at a time, and back; error handlers that go back and forth."""
import binascii
import codecs

NAMES = """ascii latin-1 utf-8 utf-8-sig utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be unicode_escape
raw_unicode_escape cp1252 cp437 koi8_r mac_roman charmap punycode idna gb2312 gbk gb18030 hz big5 big5hkscs cp950 shift_jis
shift_jis_2004 shift_jisx0213 cp932 euc_jp euc_jis_2004 euc_jisx0213 iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004
iso2022_jp_3 iso2022_jp_ext iso2022_kr johab cp949 euc_kr""".split()
HANDLERS = ["strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass", "namereplace",
            "xmlcharrefreplace", "fuzz.back", "fuzz.long", "fuzz.wrong"]


def limited(handler):
    """A handler that gives up after a while: what goes back may go round for ever."""
    def limit(error):
        limited.count += 1
        if limited.count > 20:
            raise error
        return handler(error)
    return limit


@limited
def back(error):
    if isinstance(error, UnicodeDecodeError):
        return "?", error.start if limited.count % 2 else error.end
    return b"?" if error.start % 2 else "?", error.end


@limited
def long(error):
    return "<longer>" * 3, -1 if error.start % 3 == 0 else error.end


@limited
def wrong(error):
    return [None, ("x",), (b"x", 0), ("x", 10**30), ("x", 99999), ("x", -99999), ("\ud800", error.end)][error.start % 7]


codecs.register_error("fuzz.back", back)
codecs.register_error("fuzz.long", long)
codecs.register_error("fuzz.wrong", wrong)
REFUSALS = (UnicodeError, IndexError, TypeError, OverflowError, binascii.Error, ValueError)


def outcome(function, *args):
    limited.count = 0
    try:
        return function(*args)
    except REFUSALS:
        return None


def decoded_in_pieces(name, errors, data, size):
    decoder = codecs.getincrementaldecoder(name)(errors)
    result = []
    for start in range(0, len(data), size):
        result.append(decoder.decode(data[start:start + size]))
        state = decoder.getstate()
        decoder.setstate(state)
    return "".join(result) + decoder.decode(b"", True)


def encoded_in_pieces(name, errors, text, size):
    encoder = codecs.getincrementalencoder(name)(errors)
    result = []
    for start in range(0, len(text), size):
        result.append(encoder.encode(text[start:start + size]))
        encoder.setstate(encoder.getstate())
    return b"".join(result) + encoder.encode("", True)


def run(data):
    if len(data) < 4:
        return
    name, errors, size, body = NAMES[data[0] % len(NAMES)], HANDLERS[data[1] % len(HANDLERS)], 1 + data[2] % 9, data[3:]
    text = outcome(body.decode, name, errors)
    if text is not None and len(text) < 10000:
        outcome(text.encode, name, errors)
        again = outcome(text.encode, name)
        if again is not None:
            outcome(again.decode, name)
    steady = errors not in ("fuzz.back", "fuzz.long", "fuzz.wrong")
    pieces = outcome(decoded_in_pieces, name, errors, body, size)
    if steady and errors == "strict" and name not in ("unicode_escape", "raw_unicode_escape", "punycode", "idna", "utf-7"):
        assert text is None or pieces is None or text == pieces, (name, text, pieces)
    other = body.decode("utf-8", "surrogatepass" if data[2] & 64 else "replace") if outcome(body.decode, "utf-8", "surrogatepass") \
        else body.decode("latin-1")
    whole = outcome(other.encode, name, errors)
    if name != "idna":
        outcome(encoded_in_pieces, name, errors, other, size)
    if whole is not None and errors == "strict":
        outcome(whole.decode, name)
    for function in (codecs.escape_decode, binascii.a2b_uu, binascii.a2b_base64, binascii.a2b_qp, binascii.a2b_hex, bytes.fromhex):
        outcome(function, other if function == bytes.fromhex else body)
    for function in (codecs.escape_encode, binascii.b2a_base64, binascii.b2a_qp, binascii.b2a_hex):
        outcome(function, body)
    assert binascii.a2b_base64(binascii.b2a_base64(body)) == body
    assert binascii.a2b_hex(binascii.b2a_hex(body)) == body
    assert codecs.escape_decode(codecs.escape_encode(body)[0])[0] == body
