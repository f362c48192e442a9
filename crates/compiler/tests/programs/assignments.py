"""Targets of every kind."""
a = 1
a = b = c = a
a, b = b, a
a, b, c = c, b, a
a, b, c, d = 1, 2, 3, a
(a,) = [b],
[a, *b] = c
*a, = b
a.b, c[0], (d, [e]) = f
a.b = c[d] = e
a += 1
a.b -= c
a[b] *= d
a @= b; a //= b; a **= c; a >>= 1; a <<= 2; a &= 3; a ^= 4; a |= 5; a %= 6; a /= 7
(
    a.
    b
) += (
    c)
a[
    b] -= (
    c)
(
    a) *= b
del a, b.c, d[e], (f, [g])
(h := 1)
print(i := 2, (j := 3))
x: int
y: str = 'a'
a.b: c
(d): e = 1
f[g]: h
f[1:2, ::g]: h
a[1:2] = b
a[::2] += c
del a[:]
def local(p):
    q: int = p
    r: p.q
    (s): int
    p.x: y = q
    del q
    return lambda: r
