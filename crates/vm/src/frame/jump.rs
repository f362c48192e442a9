//! Setting `f_lineno`: a trace function moves its frame to another line.

use objects::prelude::*;

use super::Frame;

impl Frame {
    pub(super) fn jump_to_line(&self, _line: &Object) -> Result<()> {
        Err(raise!(NotImplementedError, "setting f_lineno"))
    }
}
