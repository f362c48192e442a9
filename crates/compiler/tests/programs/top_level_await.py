await a
async with a as b: c
async for x in y: z
(x async for x in y)
[await x for x in y]
