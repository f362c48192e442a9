# Every kind of expression, with and without parentheses.
a, = b
(a, b), *c = [d, *e] = f
x = (yield_ := 3) + (y := -2 ** ~z ** +w)
x = a or b and not c or d, *e
x = a if b else c if d else lambda: e if f else g
x = lambda a, b=1, /, c=2, *d, e, f=3, **g: (a, b)
x = lambda *, a, **b: lambda *a: lambda **a: ()
x = a < b <= c == d != e >= f > g is h is not i in j not in k
x = a | b ^ c & d << e >> f + g - h * i / j // k % l @ m
x = ((a | b) ^ (c & d)) << (e >> (f + (g - h)))
x = a.b.c[d](e)[f:g](h, *i, j=k, **l)[m:, ::n, o:p:q, ...].r
x = a[b], a[b,], a[:], a[::], a[b:c, d], a[(b, c)], a[b if c else d]
x = {}, {a}, {a: b}, {a, *b}, {**a, b: c, **d}, {a: b for c in d}, {a for b in c}
x = [], [a], [a,], [a, *b], [a for b in c if d if e for f, *g in h], [*a, *b]
x = (), (a), (a,), (a, b), (a for b in c), ((a)), (((a, b)))
x = f(a for b in c), f((a for b in c), d), f(a, *b, c, *d, e=f, *g, **h, i=j)
x = f(a := b, c), [a := b, c], {a := b}, (a := b for c in d), [a := b for c in d]
x = None, True, False, ..., 0, 0x1F, 0b101, 0o17, 1_000, 1.5, 1e10, .5, 5., 1e-400, 1e400, 2j, 0.5J, 00
x = 123456789012345678901234567890, 0xffffffffffffffffffff, 1_0.0_1e1_0
x = not a, not not a, -a, --a, +-~a, a ** -b, -a ** b
x = (a
     + b) * (
    c), (
    d
    ,)
f(a)(b)(c)[d][e].f
(yield_)
a if b else c
