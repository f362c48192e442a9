"""Compressed data, whole and in pieces: both ways give the same, and what is compressed comes out as it went in."""
import bz2
import lzma
import zlib

MOST = 1 << 20
LONGEST = 1000
FORMATS = [lzma.FORMAT_AUTO, lzma.FORMAT_XZ, lzma.FORMAT_ALONE]
FILTERS = [[{"id": lzma.FILTER_LZMA2, "preset": 0}], [{"id": lzma.FILTER_LZMA1, "dict_size": 4096, "lc": 0, "lp": 2}],
           [{"id": lzma.FILTER_DELTA, "dist": 3}, {"id": lzma.FILTER_LZMA2, "dict_size": 4096}],
           [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 0}],
           [{"id": lzma.FILTER_ARM}, {"id": lzma.FILTER_SPARC}, {"id": lzma.FILTER_LZMA2, "preset": 0}]]
WINDOWS = [15, -15, 31, 47, 9, -9, 25, 0]
REFUSALS = (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError, MemoryError)


def zlib_whole(data, window):
    state = zlib.decompressobj(window)
    result = state.decompress(data, MOST)
    return result, state.eof, state.unused_data


def zlib_pieces(data, window, size):
    state = zlib.decompressobj(window)
    result = b""
    for start in range(0, len(data), size):
        piece = state.unconsumed_tail + data[start:start + size]
        result += state.decompress(piece, MOST - len(result) or 1)
        if state.eof:
            return result, True, state.unused_data + data[start + size:]
    return result, state.eof, state.unused_data


def other_whole(make, data):
    state = make()
    result = state.decompress(data, MOST)
    return result, state.eof, state.unused_data


def other_pieces(make, data, size):
    state = make()
    result = b""
    for start in range(0, len(data), size):
        result += state.decompress(data[start:start + size], MOST - len(result) or 1)
        if state.eof:
            return result, True, state.unused_data + data[start + size:]
    return result, state.eof, state.unused_data


def compare(whole, pieces):
    """Where the whole is refused, pieces of it may have given something already; else both give the same."""
    try:
        first = whole()
    except REFUSALS:
        first = None
    try:
        second = pieces()
    except REFUSALS:
        second = None
    if first is not None and second is not None and len(first[0]) < MOST:
        assert first == second, (first, second)
    return first


def run(data):
    if len(data) < 4:
        return
    which, how, size, body = data[0] % 5, data[1], 1 + data[2] % 37, data[3:]
    if which == 0:
        window = WINDOWS[how % len(WINDOWS)]
        compare(lambda: zlib_whole(body, window), lambda: zlib_pieces(body, window, size))
        try:
            zlib.decompressobj(window, zdict=body[:size]).decompress(body[size:], MOST)
        except REFUSALS:
            pass
    elif which == 1:
        compare(lambda: other_whole(bz2.BZ2Decompressor, body), lambda: other_pieces(bz2.BZ2Decompressor, body, size))
    elif which == 2:
        options = {"format": FORMATS[how % len(FORMATS)], "memlimit": 1 << 26}
        compare(lambda: other_whole(lambda: lzma.LZMADecompressor(**options), body),
                lambda: other_pieces(lambda: lzma.LZMADecompressor(**options), body, size))
    elif which == 3:
        options = {"format": lzma.FORMAT_RAW, "filters": FILTERS[how % len(FILTERS)]}
        compare(lambda: other_whole(lambda: lzma.LZMADecompressor(**options), body),
                lambda: other_pieces(lambda: lzma.LZMADecompressor(**options), body, size))
    else:
        # Instrumented compressors are slow, and each repetition looks new to the engine.
        body = (body * size)[:LONGEST]
        level = how % 10
        assert zlib.decompress(zlib.compress(body, level)) == body
        state = zlib.compressobj(level, zlib.DEFLATED, -(9 + how % 7), 1 + size % 9, (how >> 4) % 5)
        made = b"".join(state.compress(body[start:start + 50]) for start in range(0, len(body), 50))
        middle = state.copy()
        made += state.flush(zlib.Z_SYNC_FLUSH) + state.flush()
        assert zlib.decompress(made, -15) == body
        middle.flush()
        assert zlib.crc32(body) == zlib.crc32(body[size:], zlib.crc32(body[:size]))
        assert zlib.adler32(body) == zlib.adler32(body[size:], zlib.adler32(body[:size]))
        if how & 1:
            assert bz2.decompress(bz2.compress(body, max(level, 1))) == body
        elif how & 2:
            filters = FILTERS[how % len(FILTERS)]
            made = lzma.compress(body, lzma.FORMAT_RAW, filters=filters)
            assert lzma.decompress(made, lzma.FORMAT_RAW, filters=filters) == body
