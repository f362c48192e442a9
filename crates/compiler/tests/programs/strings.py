f""
f"a"
f"{a}"
f"{a!r}{b!s}{c!a}"
f"{a:>10}{b!r:{c}}{d:{e}.{f}}"
f"a{b}c" "d" f"{e}"
f"{{}}{a}}}"
f"{a=}{b = !r:^20}"
f"{a['b']}{(lambda: c)()}{ {d: e}[d] }"
(f'a{b}'
 f'.{c:06d}')
x = "a" "b" 'c'
x = b"a" b"b"
x = u"a"
x = r"\a"
x = "\ud800\x00\N{BULLET}"
x = f"""{
a
+ b}
{c}"""
