def f(): pass
def f(a, b=1, *c, d, e=2, **f) -> g: return
def f(a, /): pass
def f(a, b=1, /, c=2, *, d, e=3): return a, *b
def f(*, a): yield
def f(*a: b, **c: d): x = yield a
def f(a: b = c, /, d: e = f, *, g: h = i) -> j:
    global k, l
    yield from a
    def g():
        nonlocal a
        return
    x = yield
    x += yield a, b
    x: int = yield
    (yield)
    await_ = (yield a)
    return (yield)
@a
@b.c(d)
@e[f].g
@(h := i)
@lambda f: f
def f(): pass
class A: pass
class A(): pass
class A(B, *C, metaclass=D, **E):
    x: int
    def f(self): ...
@a
class A(B): """doc"""
async def f():
    await a
    await a ** b
    -await a.b(c)[d]
    async for b in c:
        pass
    else:
        pass
    async with a as b, c: pass
    async with (a as b, c): pass
    return [a async for b in c if await d for e in f], {a: b async for c in d}, (a async for b in c)
    yield
@a
async def f(): await (yield)
