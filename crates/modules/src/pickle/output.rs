//! What a pickler writes: bytes in frames (PEP 3154), to memory or to a file.

use objects::prelude::*;

use super::opcodes;

/// A frame is ended when it has so many bytes.
const FRAME_TARGET: usize = 64 * 1024;
/// What is shorter goes without a frame.
const FRAME_LEAST: usize = 4;
/// The instruction, and the frame's length.
const FRAME_HEADER: usize = 9;

/// A file's `write`, and what is not written yet.
pub struct Output {
    bytes: Vec<u8>,
    /// Where the header of the open frame is.
    frame: Option<usize>,
    is_framing: bool,
    write: Option<Ref>,
}

impl Output {
    pub fn new(bytes: Vec<u8>, write: Option<Ref>) -> Output {
        Output { bytes, frame: None, is_framing: false, write }
    }

    /// From here on, everything is in frames.
    pub fn begin_framing(&mut self) {
        self.is_framing = true;
    }

    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        if self.is_framing && self.frame.is_none() {
            self.open_frame();
        }
        self.bytes.extend_from_slice(bytes);
    }

    #[inline]
    pub fn push_byte(&mut self, byte: u8) {
        if self.is_framing && self.frame.is_none() {
            self.open_frame();
        }
        self.bytes.push(byte);
    }

    #[cold]
    fn open_frame(&mut self) {
        self.frame = Some(self.bytes.len());
        self.bytes.extend([0; FRAME_HEADER]);
    }

    fn close_frame(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let content = start + FRAME_HEADER;
        let length = self.bytes.len() - content;
        if length < FRAME_LEAST {
            self.bytes.drain(start..content);
            return;
        }
        self.bytes[start] = opcodes::FRAME;
        self.bytes[start + 1..content].copy_from_slice(&(length as u64).to_le_bytes());
    }

    /// Called between instructions: a frame that is long enough ends here.
    #[inline]
    pub fn boundary(&mut self) -> Result<()> {
        match self.frame {
            Some(start) if self.bytes.len() - start >= FRAME_TARGET + FRAME_HEADER => self.end_long_frame(),
            _ => Ok(()),
        }
    }

    #[cold]
    fn end_long_frame(&mut self) -> Result<()> {
        self.close_frame();
        match self.write {
            Some(_) => self.flush(),
            None => Ok(()),
        }
    }

    /// Writes an instruction with its data. Much data stands outside frames, and goes to a file
    /// without a copy if it is an object already.
    pub fn push_data(&mut self, header: &[u8], data: &[u8], object: Option<&Object>) -> Result<()> {
        if data.len() < FRAME_TARGET {
            self.push(header);
            self.push(data);
            return Ok(());
        }
        self.close_frame();
        self.bytes.extend_from_slice(header);
        let Some(write) = self.write.clone() else {
            self.bytes.extend_from_slice(data);
            return Ok(());
        };
        match object {
            Some(object) => {
                self.flush()?;
                write.call1(object)?;
            }
            None => {
                let data = Bytes::try_new(data)?;
                self.flush()?;
                write.call1(&data)?;
            }
        }
        Ok(())
    }

    /// Hands what is there to the file.
    fn flush(&mut self) -> Result<()> {
        if let Some(write) = self.write.clone() {
            let bytes = Bytes::try_new(&self.bytes)?;
            self.bytes.clear();
            write.call1(&bytes)?;
        }
        Ok(())
    }

    /// Ends the last frame; for a file, everything is written then.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        self.close_frame();
        self.flush()?;
        Ok(self.bytes)
    }
}
