"""Classes, private names and the cell of __class__."""
class A: pass
class A():
    """doc"""
    x = 1
    y: int = 2
    z: str
class A(B, C, metaclass=D, *e, **f): pass
class A(*b): pass
class A(b=1): pass
@a
@b
class A(
    B,
    C=D
):
    def f(self): return super().f()
    def g(self): return __class__
    class B:
        def h(self): return __class__, super
class _Private__:
    __a = 1
    __b__ = 2
    def __f(self, __p, *, __q=1):
        self.__x = __p.__y__ + __q
        import __m, __n.o
        from __r import __s as __t
        __u: int = 1
        return [__v for __v in __w]
    class __Inner:
        __c = 3
class ___:
    __unmangled = 1
def enclosing(x):
    class A:
        y = x
        x = 3
        def f(self): return x
    class B:
        nonlocal x
        x = 2
        __class__
        def f(self): return __class__
    class C:
        global x
        x = 1
        def x(self): pass
    class D:
        z = [x for y in x]
    return A
class Annotated:
    if a:
        try: b: int
        finally: c
    def f(self, a: __d): pass
