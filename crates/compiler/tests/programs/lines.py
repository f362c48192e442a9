a


b
if (a and
    b or
    c): d
x = a + \
    b
return_ = (a,
  b)
try:
    a
except (
    B,
    C
) as d:
    e
for (a,
     b) in (
    c):
    d
with (
    a
) as b:
    c
assert a, (
    b)
raise A(
    b) from (
    c)
del (a,
     b)
x = lambda a=(
    b): (
    c)
def f(x, y):
    return x == 1 and (
        y == 2 or
        y == 3)
def g():
    return (
        1
    )
def h():

    """doc"""

    pass

def i(a): return a; b
x = {
    a: b
    for a
    in c
}


class K:


    x = 1












































































































































































    y = 2
a; b; \
    c
