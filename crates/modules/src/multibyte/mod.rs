//! The encodings of East Asia: `_multibytecodec`, and a module for each family.

mod charset;
mod codec;
mod coding;
mod decoded;
mod hz;
mod incremental;
mod iso2022;
mod object;
mod stateless;
mod streams;
mod syllables;

#[module(name = "_multibytecodec", classes = [
    super::incremental::MULTIBYTE_INCREMENTAL_ENCODER,
    super::incremental::MULTIBYTE_INCREMENTAL_DECODER,
    super::streams::MULTIBYTE_STREAM_READER,
    super::streams::MULTIBYTE_STREAM_WRITER
])]
pub mod module {
    use objects::prelude::*;

    /// Codecs are made by the modules of this program alone; a capsule with another's tables is refused.
    #[function("(arg, /)")]
    fn __create_codec(arg: &Object) -> Result<Ref> {
        let _ = arg;
        Err(raise!(ValueError, "argument type invalid"))
    }

    #[exec]
    fn make_ready(module: &objects::module::Module) -> Result<()> {
        let _ = module;
        ready(&super::object::MULTIBYTE_CODEC)
    }
}

macro_rules! families {
    ($($family:ident $name:tt [$($encoding:literal),*];)*) => {
        $(
            #[module(name = $name)]
            pub mod $family {
                use objects::prelude::*;

                use super::object::{self, MULTIBYTE_CODEC, MultibyteCodec};

                #[function("(encoding, /)", no_text_signature)]
                fn getcodec(encoding: &Object) -> Result<Ref<MultibyteCodec>> {
                    object::get(&[$($encoding),*], encoding)
                }

                #[exec]
                fn make_ready(module: &objects::module::Module) -> Result<()> {
                    let _ = module;
                    ready(&MULTIBYTE_CODEC)
                }
            }
        )*
    };
}

families! {
    cn "_codecs_cn" ["gb2312", "gbk", "gb18030", "hz"];
    hk "_codecs_hk" ["big5hkscs"];
    iso "_codecs_iso2022" ["iso2022_kr", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004",
                           "iso2022_jp_3", "iso2022_jp_ext"];
    jp "_codecs_jp" ["shift_jis", "cp932", "euc_jp", "shift_jis_2004", "euc_jis_2004", "euc_jisx0213",
                     "shift_jisx0213"];
    kr "_codecs_kr" ["euc_kr", "cp949", "johab"];
    tw "_codecs_tw" ["big5", "cp950"];
}
