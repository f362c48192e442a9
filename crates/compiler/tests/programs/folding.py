"""Constants that are computed, and those that are not."""
x = 1 + 2 * 3 - 4 / 5 // 6 % 7 ** 2
x = 1 << 100; x = 1 << 129; x = 2 ** 127; x = 2 ** 128; x = 2 ** 129; x = 3 ** 80; x = 1 >> 1000; x = -1 >> 1000
x = "a" * 4096; x = "a" * 4097; x = (1,) * 256; x = (1,) * 257; x = b"a" * 3; x = 3 * "ab"; x = (1, 2) + (3,)
x = "a" + "b"; x = b"a" + b"b"; x = "a" * -1; x = "" * 10 ** 10; x = ((1,) * 20,) * 20; x = ((1,) * 20,) * 60
x = "abc"[1]; x = "\u20ac\U0001f600"[-1]; x = b"abc"[-1]; x = (1, 2)[5]; x = (1, 2)[True]; x = "abc"[1:2]
x = 10 / 0; x = 10 % 0; x = 0 ** -1; x = 1e300 * 1e300; x = "a" + 1; x = 1 // 0.0; x = 1 << -1
x = 7 // 2.0; x = -7 % 3; x = -7 // 3; x = 7.5 % -2; x = 2 ** -1; x = (-8) ** (1/3); x = 1e308 ** 2; x = 0.0 ** -1
x = 1j ** 2; x = 1j / 2j; x = (1+2j) * (3-4j); x = 2j ** 0.5; x = (1+2j) ** -3; x = 1j // 1; x = 1 / 0j; x = -0j
x = True + True; x = True & False; x = True | 1; x = True ^ True; x = ~True; x = -True; x = True * "ab"; x = 1 - True
x = -1; x = +1.5; x = ~1; x = not 1; x = not a; x = -1j; x = not ""; x = -"a"; x = ~1.5; x = not None
x = not a is b; x = not a is not b; x = not a in b; x = not a not in b; x = not a == b; x = not a is b is c
x = -1 / 123123123123; x = 10 ** 400 / 10 ** 399; x = (1 << 60) / 3; x = 1e1000 - 1e1000; x = 1e1000 - 1e1000
x = 0.0; x = -0.0; x = 0; x = False; x = 0j; x = 0.0
x = "%s" % 1; x = "%s" % (1,); x = b"%s" % 1
x = __debug__; x = not __debug__; x = (y := 1 + 2)
"a" + "b"
1 + 2
(1, 2)
f"{1 + 2}"
def not_documented(): "a" + "b"
def documented(): "a" "b"
def default(a=1, b=(1, 2), c=-1, *, d=1 + 1): pass
x = a[1 + 1:2 * 3, -1]
x = (1, 2, a)[0]
for x in 1 + 2, 3: pass
