été = ℌ = ﬁn = 变量 = ª
class Ünï(ℂ):
    def 𝓯(self, ſ, *ﬀ, **ⅷ): return self.ﬁ
import ﬁ.ﬂ as ﬃ
