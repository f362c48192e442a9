# -*- coding: latin-1 -*-
café = "éÿ"
µ = ª = café
b"\xe9"
