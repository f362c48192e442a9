"""XML documents, whole and in pieces: the same events, and the same tree, either way, or a refusal."""
import copy
from xml.etree import ElementTree
from xml.parsers import expat

HANDLERS = [name for name in dir(expat.ParserCreate()) if name.endswith("Handler")
            and name not in ("ExternalEntityRefHandler", "NotStandaloneHandler", "UnknownEncodingHandler")]
MOST = 5000
# Of the encoding that a document names, besides what is wrong in it.
REFUSALS = (expat.ExpatError, LookupError, ValueError)


class TooMuch(Exception):
    pass


def events(pieces, choice, size):
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

    parser.buffer_text = size % 3 == 0
    if size % 5 == 0:
        parser.buffer_size = size
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
    except REFUSALS as error:
        parser.CurrentLineNumber, parser.ErrorColumnNumber, parser.GetInputContext()
        return seen, error
    except TooMuch:
        return None, None
    return seen, None


class Counted(ElementTree.TreeBuilder):
    """A tree with an end, whatever the entities are."""

    count = 0

    def start(self, tag, attributes):
        self.count += 1
        if self.count > MOST:
            raise TooMuch
        return super().start(tag, attributes)


def described(element):
    return (element.tag, element.text, element.tail, sorted(element.attrib.items()), [described(child) for child in element])


def tree(pieces, choice):
    """What the tree's own parser makes of it, or nothing."""
    builder = Counted(insert_comments=bool(choice & 4), insert_pis=bool(choice & 8))
    parser = ElementTree.XMLParser(target=builder if choice & 16 else None, encoding=(None, "utf-8")[choice & 1])
    try:
        for piece in pieces:
            parser.feed(piece)
        root = parser.close()
        made = described(root)
    except (ElementTree.ParseError, LookupError, ValueError, RecursionError, TooMuch, AssertionError):
        return None
    use(root)
    return made


def use(root):
    """What a program does with a tree."""
    for path in (".//*", "*/..", "./*[1]", ".//*[@*]", "{*}*"):
        try:
            root.findall(path)
        except (SyntaxError, TypeError):
            # A comment has a function for its tag.
            pass
    copied = copy.deepcopy(root)
    copied[:] = list(root)[::-1]
    "".join(root.itertext()), list(root.iter()), root.find("a"), root.findtext("b"), repr(root)
    try:
        again = ElementTree.fromstring(ElementTree.tostring(root, "utf-8"))
    except (ElementTree.ParseError, ValueError, TypeError):
        return
    del again[:]


def pulled(pieces):
    """The events of the parser that is asked for them."""
    parser = ElementTree.XMLPullParser(["start", "end", "comment", "pi", "start-ns", "end-ns"])
    seen = []
    try:
        for piece in pieces:
            parser.feed(piece)
            seen.extend(event for event, _ in parser.read_events())
            if len(seen) > MOST:
                return None
        parser.close()
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
    return seen + [event for event, _ in parser.read_events()]


def run(data):
    if len(data) < 3:
        return
    choice, size, document = data[0], 1 + data[1] % 30, data[2:]
    pieces = [document[start:start + size] for start in range(0, len(document), size)]
    whole, parts = events([document], choice, size), events(pieces, choice, size)
    if whole[0] is not None and parts[0] is not None and whole[1] is None:
        assert whole == parts, (whole, parts)
    whole, parts = tree([document], choice), tree(pieces, choice)
    assert whole == parts, (whole, parts)
    whole, parts = pulled([document]), pulled(pieces)
    assert whole == parts or None in (whole, parts), (whole, parts)
