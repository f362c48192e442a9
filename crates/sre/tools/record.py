"""Record what CPython 3.9's engine finds, as data for this crate's tests.

    python3.9 crates/sre/tools/record.py                     writes tests/recorded/*.txt
    python3.9 crates/sre/tools/record.py random SEED COUNT   prints random cases

A file holds patterns, each with its subjects:

    P <bytes or str> <groups> <code words>
    T <code points of the subject>
    match|fullmatch|search|scan <start> <end> = <result>

A result is `-`, or for each match `start:end`, then `/last_index`, then `start:end` or `-` of each group.
"""

import pathlib
import random
import re
import sre_compile
import sre_parse
import sys
import warnings

warnings.simplefilter("ignore")

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "recorded"


def spans(match):
    def span(group):
        start, end = match.span(group)
        return "-" if start == -1 and end == -1 else f"{start}:{end}"
    return " ".join([span(0), f"/{match.lastindex or 0}", *(span(1 + i) for i in range(match.re.groups))])


def code_of(pattern, flags):
    parsed = sre_parse.parse(pattern, flags)
    return sre_compile._code(parsed, flags), parsed.state.groups - 1


def record(cases):
    """Lines for cases of (pattern, flags, subjects)."""
    for pattern, flags, subjects in cases:
        try:
            compiled = re.compile(pattern, flags)
            code, groups = code_of(pattern, flags)
        except (re.error, OverflowError, ValueError, RecursionError):
            continue
        yield f"# {pattern!r} {flags}"
        kind = "bytes" if isinstance(pattern, bytes) else "str"
        yield " ".join(["P", kind, str(groups), *(str(int(word)) for word in code)])
        for subject in subjects:
            yield " ".join(["T", *(str(c if isinstance(c, int) else ord(c)) for c in subject)])
            yield from results(compiled, subject)


def results(compiled, subject):
    bounds = {(0, len(subject)), (min(1, len(subject)), max(len(subject) - 1, 0))}
    for start, end in sorted(bounds):
        for method in ("match", "fullmatch", "search"):
            match = getattr(compiled, method)(subject, start, end)
            yield f"{method} {start} {end} = {spans(match) if match else '-'}"
    found = [spans(match) for match in compiled.finditer(subject)]
    yield f"scan 0 {len(subject)} = {' ; '.join(found) or '-'}"


def from_the_test_suite():
    from test import re_tests
    for case in re_tests.tests:
        pattern, subject, outcome = case[:3]
        if outcome == re_tests.SYNTAX_ERROR:
            continue
        for flags in (0, re.IGNORECASE, re.MULTILINE, re.ASCII, re.DOTALL):
            yield pattern, flags, [subject]
        try:
            yield pattern.encode("ascii"), re.LOCALE | re.IGNORECASE, [subject.encode("ascii")]
            yield pattern.encode("ascii"), 0, [subject.encode("ascii")]
        except UnicodeEncodeError:
            pass


def chosen():
    words = "Pack my box with five dozen liquor jugs, Ωmega ώ ſ S ß \u0130 \U0001f600 ǅ 42 ٣ \x85\u2028\nnext"
    yield from ((pattern, flags, [words, ""]) for flags in (0, re.I, re.A, re.A | re.I, re.M | re.S) for pattern in [
        r"\w+", r"\W+", r"\s", r"\S*?\d", r"\bj", r"\B.", r"^.*$", r"\A\w|\w\Z", r"[^\W\d_]+", r"[a-ώ]+", r"s", r"[ſß]",
        r"\U0001f600", r"[\U0001f600-\U0001f64f]", r"(?:five|dozen|liquor)", r"[\u0100-\u017f\u0370-\u03ff]", r"ǆ",
        r"(?P<word>\w)(?P=word)?", r"(a)?(?(1)b|c)", r"(?<=x) (\w+)", r"(?<!x) (\w+)", r"o(?! )|(?=j)", r"Pack my b(?:ox)",
        r"(m)y b(o)x", r"[^a-z ]", r"[^\n]*", r"\n$", r"$", r"^", r"", r"(?:)*", r"(?:a|b)??", r"[i\u0130]", r"\u0131",
        r"[\U00010400-\U00010450]", r"[^\u0400-\uffff\U00010000]", r"(?i:p)ack", r"(?-i:p)ack", r"(?a:\w)\w",
    ])
    yield from ((pattern, flags, [bytes(range(256)), b"", b"aaAA__ \n1"]) for flags in (0, re.I, re.L, re.L | re.I)
                for pattern in [
        rb"\w+", rb"\W+", rb"\bA|a\b", rb"\B.", rb"[a-c]+", rb"[^a-c]+", rb"(a+)\1", rb"\xe9", rb"[\xe0-\xff]+", rb"[^\xe9]", rb"A",
    ])
    # Backtracking through loops, and what groups hold afterwards.
    for pattern in [
        r"(?:(a)|b)*", r"(?:(a)|(b))*", r"(?:(a)|(b))*?c", r"((a)|b)*?c", r"(?:(a)(b)?)*", r"(?:(a)|(b)|(c))+?$", r"(a|ab)(c|bcd)(d*)",
        r"(?:a*)*", r"(?:a*)+", r"(?:a*?)*?", r"(?:(a)*)*", r"(a*)*b", r"(a*?)*?b", r"(?:a{2,3}){2,}", r"(?:(a)?b){2,3}", r"(x)?(?:\1a|b)*",
        r"(?=(a+))a*b\1", r"(?!(a)b)a(b|c)", r"(?!(?:(a)|b)*c)", r"((a)(?!(b))|(b))*", r"(?:(?=(a)|(b))[ab])*", r"(?<=(a))b", r"(?<!(a))b",
        r"(?:(?:(a)|b){2}|c)*", r"(?:a(?:b(c)?)*)*d", r"(a)?(?:(b)|c)*?(?(1)d|(e))", r"(?:(a)|(?:b(c))*?)*d", r"((?:ab)*?)(a.*)?c",
        r"(?:(ab)|(a)|(b))*?$", r"(a|b|ab)*c", r"((((a*)b)*)c)*", r"(?:(?:(?:a)?b)?c)*", r"(.)(?:\1|(.)\2)*", r"(?:(a)|\1)*b", r"(?s:.)*?b",
        r"(?:x(?=(a)?))*", r"((?=(a)?)b?)*", r"(?!((?:a|(b))+c))(a|b)*", r"(?:(a)(?=b(?:(c)|d)))*", r"(|a)+", r"(|a)*?b", r"(a|)+?b",
    ]:
        subjects = ["", "a", "b", "c", "ab", "ba", "abc", "aab", "abab", "ababc", "abcd", "aabbcd", "aaab", "bbac", "abcabcd", "aaaaaa", "abba", "abdabc"]
        yield pattern, 0, subjects


class Generator:
    """Random patterns over a few characters, with everything that a pattern can hold."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.groups = 0
        self.alphabet = "abAB1 _\n"

    def atom(self, depth):
        choose = self.random.random
        roll = choose()
        if depth > 0 and roll < 0.30:
            self.groups += 1
            number = self.groups
            body = self.alternation(depth - 1)
            return f"({body})"
        if depth > 0 and roll < 0.42:
            return f"(?:{self.alternation(depth - 1)})"
        if depth > 0 and roll < 0.50:
            return f"(?{self.random.choice(['=', '!', '=', '!'])}{self.alternation(depth - 1)})"
        if depth > 0 and roll < 0.53:
            return f"(?<{self.random.choice('=!')}{self.random.choice(['a', '(b)', '[ab]', 'ab', '(?:a|(b))'])})"
        if self.groups and roll < 0.60:
            return "\\" + str(self.random.randint(1, self.groups))
        if self.groups and roll < 0.65 and depth > 0:
            number = self.random.randint(1, self.groups)
            return f"(?({number}){self.sequence(depth - 1)}|{self.sequence(depth - 1)})"
        if roll < 0.72:
            return self.random.choice([".", r"\w", r"\s", r"\d", r"\W", "[ab]", "[^a]", "[a-b1]", "[^\\W1]", r"\b", r"\B", "^", "$", r"\Z", r"\A"])
        return self.random.choice("aaabbbAB1")

    def sequence(self, depth):
        parts = []
        for _ in range(self.random.choice([0, 1, 1, 2, 2, 3])):
            atom = self.atom(depth)
            if self.random.random() < 0.45 and not atom.startswith(("^", "$", "\\b", "\\B", "\\A", "\\Z", "(?=", "(?!", "(?<")):
                atom = f"(?:{atom})" if self.random.random() < 0.3 else atom
                atom += self.random.choice(["*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}"]) + self.random.choice(["", "", "?"])
            parts.append(atom)
        return "".join(parts)

    def alternation(self, depth):
        return "|".join(self.sequence(depth) for _ in range(self.random.choice([1, 1, 1, 2, 2, 3])))

    def case(self):
        self.groups = 0
        pattern = self.alternation(self.random.choice([1, 2, 2, 3]))
        flags = self.random.choice([0, 0, 0, re.I, re.M, re.S, re.A, re.I | re.A])
        subjects = ["".join(self.random.choices(self.alphabet, weights=[6, 6, 1, 1, 1, 1, 1, 1], k=self.random.randint(0, 7)))
                    for _ in range(4)]
        return pattern, flags, subjects


def random_cases(seed, count):
    generator = Generator(seed)
    return (generator.case() for _ in range(count))


def main():
    if sys.argv[1:2] == ["random"]:
        for line in record(random_cases(int(sys.argv[2]), int(sys.argv[3]))):
            print(line)
        return
    OUT.mkdir(exist_ok=True)
    for name, cases in (
        ("suite", from_the_test_suite()), ("chosen", chosen()), ("random", random_cases(20171005, 400)),
    ):
        (OUT / f"{name}.txt").write_text("".join(line + "\n" for line in record(cases)), encoding="utf-8")


if __name__ == "__main__":
    main()
