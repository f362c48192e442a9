//! `_zoneinfo`: the time zones of the IANA database (PEP 615).

mod cache;
mod data;
mod period;
mod rule;
mod zone;

use objects::prelude::*;

/// The class zoneinfo.ZoneInfo: time zones by the rules of the IANA's database.
#[module(name = "_zoneinfo", classes = [super::zone::ZONE_INFO])]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;

    #[exec]
    fn exec(_module: &Module) -> Result<()> {
        super::cache::Caches::look_up()
    }
}
