if a:
	b
	if c:
		d

   # odd
	e
if f:
        g
\
   h
i = \
  j + \
k
l = [

  1,  # one
# two
2]
m = (n
)  ; o
p = """q
rs"""
if t: u; v;
if w:
  pass
  \
 x
y