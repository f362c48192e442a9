def f(): pass
def f(a, b=1, /, c=2, *d, e, g=3, **h) -> int: return a
def f(*, a, b=[], **k): """doc"""
def f(a: int, /, *b: str, c: float = 1, **d: e) -> g: "doc"; return 1
def f(
    a,
    b=1,
    *c
):
    return (a +
            b +
            c)
@a
@b.c(d)
def f(): pass
@a(
    b)
def f(
    c=d
): pass
lambda: 0
lambda x, /, y=1, *z, w=2, **v: (yield)
(lambda: 1, lambda: 1, lambda x: 1)
def outer(a, b):
    c = 1
    def inner(d=a):
        nonlocal c
        global g
        c = g = b
        def innermost(): return a, c, d, h
        return innermost
    class K:
        x = a
        def method(self): return b, x
    del b
    return [lambda: i for i in a], inner
def generator():
    x = yield
    y = yield x
    z = yield from y
    return (yield z)
def shadow(x):
    def shadow(y):
        def shadow(): return x, y
        return shadow
    return shadow
def imports():
    import a.b.c
    import a.b as c, d.e.f as g, h as i
    from j import k, l as m
    from . import n
    from ..o import p as q
    def inner(): return a, k
def same_name():
    global same_name
    def same_name(): pass
    class same_name: pass
