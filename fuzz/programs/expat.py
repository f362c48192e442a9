"""XML documents, whole and in pieces: the same events either way, or a refusal."""
import sys

try:
    from xml.parsers import expat
except ImportError as error:
    sys.exit("fuzz: there is no pyexpat in this build: %s" % error)

HANDLERS = [name for name in dir(expat.ParserCreate()) if name.endswith("Handler")
            and name not in ("ExternalEntityRefHandler", "NotStandaloneHandler", "UnknownEncodingHandler")]
MOST = 5000


class TooMuch(Exception):
    pass


def events(pieces, choice):
    parser = expat.ParserCreate((None, "utf-8", "latin-1", "utf-16")[choice & 3], "!" if choice & 4 else None)
    seen = []

    def note(name):
        def handler(*args):
            if len(seen) > MOST:
                raise TooMuch
            if name == "CharacterDataHandler" and seen and seen[-1][0] == name:
                seen[-1] = name, seen[-1][1] + args[0]
            else:
                seen.append((name, *map(str, args)))
        return handler

    def external(context, base, system, public):
        seen.append(("external", context, base, system, public))
        inner = parser.ExternalEntityParserCreate(context)
        try:
            inner.Parse(b"<!ENTITY inner 'text'>", True)
        except expat.ExpatError:
            pass
        return 1

    for name in HANDLERS:
        # The handlers of defaults are asked what the others are not, which depends on the pieces.
        if "Default" not in name:
            setattr(parser, name, note(name))
    parser.ExternalEntityRefHandler = external
    parser.namespace_prefixes = bool(choice & 8)
    parser.ordered_attributes = bool(choice & 16)
    parser.specified_attributes = bool(choice & 32)
    parser.SetParamEntityParsing(choice >> 6)
    try:
        for piece in pieces:
            parser.Parse(piece)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        return seen, (error.code, error.lineno)
    except TooMuch:
        return None, None
    return seen, None


def run(data):
    if len(data) < 3:
        return
    choice, size, document = data[0], 1 + data[1] % 30, data[2:]
    whole = events([document], choice)
    pieces = events([document[start:start + size] for start in range(0, len(document), size)], choice)
    if whole[0] is not None and pieces[0] is not None and whole[1] is None:
        assert whole == pieces, (whole, pieces)
