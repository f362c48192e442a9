//! The methods that buffered streams share, written once for all.

/// Construction and the methods of every kind.
macro_rules! common_methods {
    ($owner:ident $table:ident) => {
        impl $owner {
            fn empty() -> $owner {
                $owner {
                    base: $crate::io::base::BufferedIoBase::new(),
                    core: $crate::io::buffered::Core::empty(),
                }
            }
        }

        #[methods($table)]
        impl $owner {
            #[slot(tp_new)]
            fn new_stream(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<$owner>> {
                Ref::new_in(class, <$owner>::empty())
            }

            #[slot(tp_repr)]
            fn repr_slot(&self) -> Result<Ref<Str>> {
                let class = self.as_object().class().name();
                let name = match self.get_attr_opt(intern!("name")) {
                    Ok(name) => name,
                    Err(raised) if raised.matches(&exceptions::ValueError) => {
                        raised.clear();
                        None
                    }
                    Err(raised) => return Err(raised),
                };
                match name {
                    None => objects::format_str!("<{class}>"),
                    Some(name) => {
                        let _guard = $crate::io::text::enter_repr(self)?;
                        objects::format_str!("<{class} name={}>", name.repr()?)
                    }
                }
            }

            #[method(name = "close", no_text_signature)]
            fn close_method(&self) -> Result<Ref> {
                self.core.close(self)
            }

            #[method(name = "detach", no_text_signature)]
            fn detach_method(&self) -> Result<Ref> {
                self.core.detach(self)
            }

            #[method(no_text_signature)]
            fn seekable(&self) -> Result<Ref> {
                self.core.raw()?.call_method(intern!("seekable"), &[])
            }

            #[method(no_text_signature)]
            fn fileno(&self) -> Result<Ref> {
                self.core.raw()?.call_method(intern!("fileno"), &[])
            }

            #[method(no_text_signature)]
            fn isatty(&self) -> Result<Ref> {
                self.core.raw()?.call_method(intern!("isatty"), &[])
            }

            #[method("(source, /)", name = "_dealloc_warn", no_text_signature)]
            fn dealloc_warn(&self, source: &Object) {
                self.core.warn_unclosed(source);
            }

            #[method(name = "flush", no_text_signature)]
            fn flush_method(&self) -> Result<()> {
                let raw = self.core.raw()?;
                if !self.core.writable.get() {
                    return raw.call_method(intern!("flush"), &[]).map(drop);
                }
                if self.core.is_closed()? {
                    bail!(ValueError, "flush of closed file");
                }
                let _held = self.core.lock(self)?;
                self.core.flush_and_rewind()
            }

            #[method("(target, whence=0, /)")]
            fn seek(&self, target: &Object, whence: i32) -> Result<i64> {
                self.core.raw()?;
                let _held = self.core.lock(self)?;
                self.core.seek(target, whence)
            }

            #[method(name = "tell", no_text_signature)]
            fn tell_method(&self) -> Result<i64> {
                self.core.raw()?;
                self.core.tell()
            }

            #[method("(pos=None, /)")]
            fn truncate(&self, pos: Option<&Object>) -> Result<Ref> {
                let raw = self.core.raw()?;
                if self.core.is_closed()? {
                    bail!(ValueError, "truncate of closed file");
                }
                if !self.core.writable.get() {
                    return Err($crate::io::unsupported("truncate"));
                }
                let _held = self.core.lock(self)?;
                self.core.flush_and_rewind()?;
                raw.call_method(intern!("truncate"), &[pos.unwrap_or(none_object())])
            }

            #[method(name = "__sizeof__", no_text_signature)]
            fn sizeof(&self) -> usize {
                size_of::<$owner>() + self.core.buffer_size()
            }

            #[member(OBJECT, readonly)]
            const raw: usize = offset_of!($owner, core) + offset_of!($crate::io::buffered::Core, raw);

            #[member(BOOL)]
            const _finalizing: usize =
                offset_of!($owner, core) + offset_of!($crate::io::buffered::Core, finalizing);

            #[getter]
            fn closed(&self) -> Result<Ref> {
                self.core.raw()?.get_attr(intern!("closed"))
            }

            #[getter]
            fn name(&self) -> Result<Ref> {
                self.core.raw()?.get_attr(intern!("name"))
            }

            #[getter]
            fn mode(&self) -> Result<Ref> {
                self.core.raw()?.get_attr(intern!("mode"))
            }
        }
    };
}

/// The methods of a stream that is read.
macro_rules! reading_methods {
    ($owner:ident $table:ident) => {
        #[methods($table)]
        impl $owner {
            #[slot(tp_iternext)]
            fn next_line(&self) -> Result<Option<Ref>> {
                self.core.raw()?;
                // A subclass may have a way of its own to read lines.
                if !std::ptr::eq(self.as_object().class(), <$owner>::class()) {
                    let line = self.call_method(intern!("readline"), &[])?;
                    if line.downcast::<Bytes>().is_none() {
                        let name = line.class().name();
                        bail!(OSError, "readline() should have returned a bytes object, not '{name}'");
                    }
                    return Ok((line.length()? > 0).then_some(line));
                }
                let line = self.readline(None)?;
                Ok((!line.is_empty()).then(|| line.into_object()))
            }

            #[method(no_text_signature)]
            fn readable(&self) -> Result<Ref> {
                self.core.raw()?.call_method(intern!("readable"), &[])
            }

            #[method("(size=-1, /)")]
            fn read(&self, size: Option<Size>) -> Result<Ref> {
                self.core.raw()?;
                let size = size.map_or(-1, |size| size.0);
                if size < -1 {
                    bail!(ValueError, "read length must be non-negative or -1");
                }
                self.core.check_open("read of")?;
                let _held = self.core.lock(self)?;
                if size == -1 {
                    return self.core.read_all();
                }
                match self.core.read_exactly(size as usize)? {
                    Some(bytes) => Ok(Bytes::try_new(&bytes)?.into_object()),
                    None => Ok(none()),
                }
            }

            #[method(name = "peek", "(size=0, /)")]
            fn peek_method(&self, size: isize) -> Result<Ref<Bytes>> {
                let _ = size;
                self.core.raw()?;
                self.core.check_open("peek of")?;
                let _held = self.core.lock(self)?;
                self.core.peek()
            }

            #[method("(size=-1, /)")]
            fn read1(&self, size: isize) -> Result<Ref<Bytes>> {
                self.core.raw()?;
                self.core.check_open("read of")?;
                let limit = usize::try_from(size).unwrap_or(self.core.size.get());
                let _held = self.core.lock(self)?;
                Bytes::try_new(&self.core.read_some(limit)?)
            }

            #[method("(buffer, /)")]
            fn readinto(&self, buffer: &Object) -> Result<Option<usize>> {
                let mut room = base::writable("readinto", buffer)?;
                self.core.raw()?;
                self.core.check_open("readinto of")?;
                let _held = self.core.lock(self)?;
                self.core.read_into(room.bytes_mut(), false)
            }

            #[method("(buffer, /)")]
            fn readinto1(&self, buffer: &Object) -> Result<Option<usize>> {
                let mut room = base::writable("readinto1", buffer)?;
                self.core.raw()?;
                self.core.check_open("readinto of")?;
                let _held = self.core.lock(self)?;
                self.core.read_into(room.bytes_mut(), true)
            }

            #[method("(size=-1, /)")]
            fn readline(&self, size: Option<Size>) -> Result<Ref<Bytes>> {
                self.core.raw()?;
                self.core.check_open("readline of")?;
                let _held = self.core.lock(self)?;
                self.core.read_line(size.map_or(-1, |size| size.0))
            }
        }
    };
}

/// The methods of a stream that is written.
macro_rules! writing_methods {
    ($owner:ident $table:ident) => {
        #[methods($table)]
        impl $owner {
            #[method(no_text_signature)]
            fn writable(&self) -> Result<Ref> {
                self.core.raw()?.call_method(intern!("writable"), &[])
            }

            /// Take all the bytes of the buffer, to be written at once or later.
            ///
            /// The result is how many there were.
            ///
            /// BlockingIOError means that there is no room for more and that
            /// the raw stream takes nothing without waiting.
            #[method("(buffer, /)")]
            fn write(&self, buffer: BytesLike) -> Result<usize> {
                self.core.raw()?;
                let _held = self.core.lock(self)?;
                if self.core.is_closed()? {
                    bail!(ValueError, "write to closed file");
                }
                self.core.write(buffer.bytes())
            }
        }
    };
}

pub(super) use {common_methods, reading_methods, writing_methods};
