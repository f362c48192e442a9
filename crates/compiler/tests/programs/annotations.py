from __future__ import annotations
x: a or b and (c or d)
x: (a, b)
x: a[b, c:d, ::e]
def f(a: (b := c), *d: {**e, 'f': [g, *h]}, i: lambda j, /, k=1, *l, m, n=2, **o: -p ** q = 1 + 2, **r: not s in t) -> u.v(w, *x, y=z, **k): pass
def f(a: [b for c in d if e], c: (g for h, in i), d: {j for k in l}): pass
def f(a: "b'c", b: b'd', c: 1e1000, d: 1j, e: 1 .real, f: ..., g: None, h: f"{i!r:>{j}}{{k}}", l: "\u20ac\n"): pass
def f(a: (b if c else d) if e else f, g: h < i is not j, k: (l, ) + (), m: ~-+n, o: (p ** q) ** r, s: t @ u // v % w): pass
class K:
    x: __private = 1
    y.z: w
