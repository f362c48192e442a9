f()
f(a, b)
f(a, b=c, d=e)
f(*a)
f(*a, *b)
f(a, *b, c, d=e, **g, h=i, j=k)
f(**a)
f(**a, b=c)
f(b=c, **a)
f(1, 2, 3, *d)
f(1, 2, 3, **d)
f(*a)(**b)
a.b()
a.b(c).d(e)
a.b(c=d)
a.b(*c)
a.b.c(d)(e)[f](g=h)
x = a.b(
).c(
    e
).d(
)
f(
    a,
    b=c,
    *d
)
class K(1, 2, 3, **k): pass
print(*a, sep='')
f(a)(b)(c)
a(lambda: b)(yield_)
