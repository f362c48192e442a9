a is 1
1 is not a
a is None is b
a is b is "x"
a is () or a is -1
assert (a, "b")
assert (1, "b")
"a"(b)
(a, b)(c)
[a](b); {a: b}(c); {a}(b); f"{a}"(b); 1(b); None(b); (a for b in c)(d); [a for b in c](d)
(lambda: a)(b)
1[a]; None[a]; {a}[b]; (lambda: a)[b]; (a for b in c)[d]; ...[a]
"a"["b"]; [a]["b"]; (a, b)[1.0]; b"a"[(1,)]; f"{a}"[None]; [a][b:c]; [a][True]; {a: b}["c"]
try: a
finally: b is 1
