try: a
except B: c
except (D, E) as f: g
except: h
else: i
finally: j
try:
    a
except:
    pass
try:
    a
finally:
    b
for a in b:
    try: c
    except D: continue
    except E as e: break
    else: f
    finally:
        g
for a in b:
    try: c
    finally: break
for a in b:
    try: c
    finally: continue
with a: b
with a as b, c as (d, e), f: g
with (a) as b: pass
def returns(a, b):
    for c in a:
        try: return c
        finally: b
    for c in a:
        with b as d: return c
    try:
        try: a
        finally: b
    except A as e:
        return 1
    except B as e:
        return e
    except:
        return a
    finally:
        return b
def jumps(a, b):
    while a:
        with b, a:
            try:
                if a: continue
                if b: break
            except A as e:
                if a: continue
                break
            finally:
                b
    try: return 1
    finally: print(2)
def raises(a, b):
    raise
    raise a
    raise a from b
def handlers_that_end(a):
    try:
        return a
    except:
        return 'x'
    a
def swallows(a):
    try:
        return a
    finally:
        return 1
def value(a):
    with a:
        return [1, a]
    with a:
        return 1
