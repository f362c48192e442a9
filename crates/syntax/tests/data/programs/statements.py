"""Docstring."""
from __future__ import annotations
import a, b.c as d, e.f.g
from a import b, c as d
from . import a
from .... import a
from ...a.b import (c, d as e,)
from a import *
a = b = c, = d
a: int
a: int = 1
(a): int = 1
a.b: c[d] = e, f
a[b]: c = yield_
a += b; a -= b; a *= b; a /= b; a //= b; a %= b; a **= b; a @= b
a &= b; a |= b; a ^= b; a <<= b; a >>= b, c
(a.b) += c
[a, (b, *c)] = d
del a, b.c, d[e], (f, [g, h]), (i)
del ()
assert a
assert a, b
pass; pass
if a: pass
elif b: pass
else: pass
if (a := b): c
while a:
    break
else:
    continue
for a in b: c
for a, in b: c
for a, (b, *c) in d, *e:
    pass
else: pass
for a.b in c: pass
for a[b] in c: pass
for *a, b in c: pass
with a: b
with a as b, c as (d, e): pass
with (a): pass
with (a, b): pass
with (a as b, c,): pass
with (a, b) as c: pass
with (a), (b): pass
with (a) as b, c: pass
with (a for b in c): pass
with (yield_): pass
with a as b.c, d as e[f]: pass
try:
    a
except b: c
except d as e:
    f
except:
    g
else:
    h
finally:
    i
try: a
finally: b
try:
    raise
except (a, b):
    raise c
except d:
    raise e from f
while 1: a; b
if a:
    if b:
        c
    # comment
  # comment
    elif d:
        e
else:
    f
