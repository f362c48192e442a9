"""Rows in any dialect: reading and writing may refuse, and what is written in a dialect that loses nothing is read
again as it was."""
import csv
import io

CHARACTERS = [",", ";", "\t", "'", '"', "\\", " ", "|", "\0", "\u20ac", "\U0001f600", "", "ab", None, 1, "\n", "\r"]


def run(data):
    if len(data) < 8:
        return
    pick = [CHARACTERS[byte % len(CHARACTERS)] for byte in data[:3]]
    options = {}
    flags = data[3]
    for bit, (name, value) in enumerate([
            ("delimiter", pick[0]), ("quotechar", pick[1]), ("escapechar", pick[2]), ("doublequote", bool(data[4] & 1)),
            ("skipinitialspace", bool(data[4] & 2)), ("strict", bool(data[4] & 4)), ("quoting", data[5] % 5),
            ("lineterminator", ["\r\n", "\n", "", "x", "\ud800", None][data[6] % 6])]):
        if flags >> bit & 1:
            options[name] = value
    text = data[7:].decode("utf-8", "surrogateescape")
    lines = io.StringIO(text, newline="") if data[4] & 8 else text.splitlines(keepends=bool(data[4] & 16))
    csv.field_size_limit(20 if data[4] & 32 else 131072)
    try:
        reader = csv.reader(lines, **options)
    except (TypeError, csv.Error):
        return
    rows = []
    try:
        for row in reader:
            rows.append(row)
            reader.line_num
    except (csv.Error, ValueError):
        # The other one is a number that QUOTE_NONNUMERIC cannot read.
        pass
    written = io.StringIO(newline="")
    writer = csv.writer(written, **options)
    try:
        writer.writerows(rows)
        writer.writerow([None, 1, 1.5, 1j, "x", True, ...])
    except csv.Error:
        pass
    csv.field_size_limit(131072)
    plain = io.StringIO(newline="")
    csv.writer(plain, quoting=csv.QUOTE_ALL).writerows(rows)
    again = list(csv.reader(io.StringIO(plain.getvalue(), newline="")))
    assert again == [[str(field) for field in row] for row in rows], (rows, again)
