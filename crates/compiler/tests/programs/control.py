if a:
    b
elif c:
    d
else:
    e
if not a and (b or not c): d
if (a or b) and (c or d): e
if a if b else c: d
if not (a if b else c): d
if a < b < c: d
if not (a < b <= c != d): e
while a:
    if b: continue
    c
    if d: break
else:
    e
while not a or b: c
while 1:
    if a: break
else: b
while 0: a
else: b
while a < b < c: d
for a in b:
    if c: continue
    d
else:
    e
for a, *b in 1, 2: pass
for a in [1, 2]: pass
for a in [b, c]: pass
for a in [*b]: pass
for a in {1, 2}: pass
for a in {b}: pass
for a.b[c] in d:
    for e in f:
        break
    else:
        continue
    break
if 0: a
else: b
if 1: c
else: d
if "": e
if __debug__: f
assert a
assert a, b
assert not a
assert a < b < c, d
assert a and b or c
x = a and b or c and not d
x = (a or b) and c
x = (a and b) or c
x = a and b and c
x = a if b else c if d else e
x = (a < b < c) and d
x = a < b < c if d < e < f else g
def returns(a, b):
    if a: return 1
    while b:
        if a: return b
        for c in b: return c
    return
    a
    for c in b: a
    try: a
    finally: b
def without_end(a):
    while True:
        a
def both(a):
    if a: return 1
    else: return 2
def ruled_out():
    if 0:
        x = y.z(1)
        def f(): return g
        while 0: pass
    while 0:
        break
