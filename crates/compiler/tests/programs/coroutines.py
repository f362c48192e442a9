async def f(a, b):
    await a
    async for c in a:
        if c: continue
        break
    else:
        b
    async for d in a: b
    async with a as e, b: c
    async with a:
        return b
    return await a, [await c for c in b]
async def g():
    x = [a async for a in b]
    y = {a: b async for a in c for b in a if await b}
    z = (a async for a in b)
    w = {await a for a in b}
    yield x
    async with x:
        yield
        return
async def h(x):
    try:
        await x
    finally:
        await x
    for y in x:
        async with y:
            break
    async for y in [1, 2]: pass
    async for y in x:

        y
    else:

        x
    return 1
def sync(): return (await a for a in b)
def also(): return (a async for a in b)
class C:
    async def m(self): return await super().m()
