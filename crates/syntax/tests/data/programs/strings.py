x = 'a' "b" '''c
d''' """e""" r'\n' R"\'" u'f' U'g'
x = u'a' 'b'
x = 'b' u'a'
x = b'a' B"b" rb'\x' bR"\"" Br'''c
d'''
x = '\\ \' \" \a \b \f \n \r \t \v \0 \12 \777 \x41 \u00e9 \U0001f600 \N{LATIN SMALL LETTER E WITH ACUTE} \
continued'
x = b'\\ \' \a \0 \377 \400 \xff \u1234 \N{x} \
continued'
x = '\ud800\udfff', '\é', 'é€😀'
x = '\d \  \8', b'\d \8'
x = ('a'
     'b'

     'c')
x = '' '' '', b'', r'', "'", '"', "'\""
