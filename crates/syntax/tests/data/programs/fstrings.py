x = f'', f'a', F"{a}", f'{a}{b}', f'a{b}c{d}e', rf'\n{a}\{b}', fR'{a}'
x = f'{a!r}', f'{a!s:>{b}}', f'{a:{b}{c!a}.{d}}', f'{a:}', f'{a:%H:%M}'
x = f'{a=}', f'{a = }', f'{ a = !r}', f'{a=:>5}', f'{a==b}', f'{a!=b}', f'{a<=b>=c<d>e}'
x = f'{{a}}', f'{{{a}}}', f'{{}}', f'}}{{', f'{a}}}'
x = f'{a, b}', f'{ {a: b}[c] }', f'{(lambda a: b)}', f'{[a for b in c]}', f'{(a := b)}', f'{a:=5}'
x = f'{yield_}', f'{*a, b}', f'{a if b else c}', f"{'b'}", f'{f"{a}"}', f'''{f"{f'{a}'}"}'''
x = 'p' f'{a}' 'q' f'r{b}s' 't', u'p' f'{a}q' 'r'
x = ('p'
     f'{a}{b:{c}d{e}}'
     f'q'
     'r' f'{f}')
x = f'''
{a}
  {b +
c} {
d:>{e
}}'''
if a:
    x = f"""{a
        }{ b }""" f'{c}'
x = f'é{a}€{"😀"}{é}\N{EN DASH}\x41\
{b}'
x = f'\{a}\d'
