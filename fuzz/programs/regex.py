"""Patterns and what they are used on, in the time that they are given; those of bytes find what those of text do."""
import re
import signal
import warnings

warnings.simplefilter("ignore")


class OutOfTime(BaseException):
    pass


def stop(number, frame):
    raise OutOfTime


signal.signal(signal.SIGVTALRM, stop)
FLAGS = [re.I, re.M, re.S, re.X, re.A, re.L, re.U]


def found(pattern, subject):
    return [(match.regs, match.lastindex, match.lastgroup) for match in pattern.finditer(subject)]


def use(pattern, subject, template, choice):
    first = found(pattern, subject)
    for how in (pattern.match, pattern.fullmatch, pattern.search):
        match = how(subject, choice % 3, len(subject) - choice % 2)
        if match:
            match.groups(), match.groupdict(), match.span(), repr(match)
            try:
                match.expand(template)
            except (re.error, IndexError):
                pass
    pattern.split(subject, choice % 4)
    assert pattern.sub(lambda match: match[0], subject) == subject
    try:
        pattern.subn(template, subject, choice % 5)
    except (re.error, IndexError):
        pass
    scanner = pattern.scanner(subject)
    while scanner.match():
        pass
    return first


def run(data):
    if len(data) < 4:
        return
    cut = 3 + data[0] % 64
    flags = 0
    for bit, flag in enumerate(FLAGS):
        if data[1] >> bit & 1:
            flags |= flag
    source, subject = data[3:cut], data[cut:]
    signal.setitimer(signal.ITIMER_VIRTUAL, 1, 1)
    try:
        results = []
        for change in (lambda part: part.decode("latin-1"), bytes, lambda part: part.decode("utf-8", "replace")):
            try:
                pattern = re.compile(change(source), flags)
            except (re.error, ValueError, OverflowError, RecursionError):
                continue
            repr(pattern), hash(pattern)
            try:
                results.append((pattern.pattern.__class__, use(pattern, change(subject), change(subject[:5]), data[2])))
            except (RecursionError, MemoryError):
                continue
        if len(results) == 3 and data.isascii() and not flags & (re.L | re.U) and b"(?" not in source:
            assert results[0][1] == results[1][1] == results[2][1], results
    except OutOfTime:
        pass
    finally:
        while True:
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                break
            except OutOfTime:
                pass
        re.purge()
