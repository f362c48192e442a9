[a for b in c]
[a for b in c if d if not e for f in g if h < i < j]
{a for b in c}
{a: b for c, *d in e}
(a for b in c)
f(a for b in c)
[[a for b in c] for d in e]
[a for a in [b for b in c]]
[a for b in c for d in [e]]
[a for b in c for d in [e] for g in (h,)]
[a for b in [c]]
[a for b in (1, 2)] if 0 else [a for b in ()]
[a for b in {1, 2}]
[a for b in c if b in [1, 2]]
[lambda: a for a in b]
[a := b for b in c]
def function(x):
    y = [x for z in x if z]
    w = {k: v for k in x for v in (lambda: k, x)}
    [last := z for z in x]
    return any((found := z) for z in y), last, found
class Body:
    a = 1
    b = [c for c in range(a)]
(
    a
    for b
    in c
    if d
)
