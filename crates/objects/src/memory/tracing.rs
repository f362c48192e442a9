//! Traces of memory (`tracemalloc`): of each block its size and the Python frames that asked for it.
//!
//! One flag says whether any of this happens. Blocks are known by domain and address; equal tracebacks
//! are kept once. What is kept is plain data, so that a trace can be dropped anywhere.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::domains;
use crate::prelude::*;

/// A frame of a traceback: the file by its place in the table of names, and the line.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Line {
    file: usize,
    line: i32,
}

/// Frames, the innermost first, and how many there were beyond those that are kept.
#[derive(PartialEq, Eq, Hash)]
struct Traceback {
    lines: Box<[Line]>,
    depth: usize,
}

#[derive(Clone)]
struct Block {
    /// Counts the blocks as they are allocated.
    serial: u64,
    size: usize,
    traceback: Arc<Traceback>,
}

#[derive(Default)]
struct Traces {
    blocks: HashMap<(u32, usize), Block>,
    tracebacks: HashSet<Arc<Traceback>>,
    current: usize,
    peak: usize,
    serial: u64,
}

/// File names, once each, and their places by address. They stay: what a trace names is there when it is asked for.
#[derive(Default)]
struct Names {
    list: Vec<Ref<Str>>,
    places: HashMap<usize, usize>,
}

struct State {
    traces: Traces,
    names: Names,
}

// SAFETY: the names are used under the GIL alone; the rest is plain data behind the mutex.
unsafe impl Send for State {}

static LIMIT: AtomicUsize = AtomicUsize::new(1);
static STATE: Mutex<Option<State>> = Mutex::new(None);

thread_local! {
    /// Set while a trace is being made: what that allocates itself is not traced.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

fn state() -> MutexGuard<'static, Option<State>> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether memory is traced.
#[inline(always)]
pub fn is_on() -> bool {
    domains::is_traced()
}

/// How many frames of a traceback are kept.
pub fn limit() -> usize {
    LIMIT.load(Ordering::Relaxed)
}

/// Begins to trace, with this many frames each.
pub fn start(frames: usize) {
    LIMIT.store(frames, Ordering::Relaxed);
    state().get_or_insert_with(|| State { traces: Traces::default(), names: Names::default() });
    domains::set_traced(true);
}

/// Stops, and forgets all traces.
pub fn stop() {
    domains::set_traced(false);
    clear();
}

/// Forgets all traces.
pub fn clear() {
    if let Some(state) = state().as_mut() {
        state.traces = Traces::default();
    }
}

/// Notes a block that has been allocated; for a block that is known, that it is another now. Needs the GIL.
#[cold]
#[inline(never)]
pub fn allocated(domain: u32, address: usize, size: usize) {
    if address == 0 || BUSY.replace(true) {
        return;
    }
    let mut lines = Vec::new();
    let limit = limit();
    let mut depth = 0;
    let mut guard = state();
    if let Some(State { traces, names }) = guard.as_mut() {
        (crate::services::get().each_frame)(&mut |file, line| {
            if depth < limit {
                let key = std::ptr::from_ref(file) as usize;
                let place = *names.places.entry(key).or_insert_with(|| {
                    names.list.push(file.to_ref());
                    names.list.len() - 1
                });
                lines.push(Line { file: place, line });
            }
            depth += 1;
        });
        traces.add((domain, address), size, Traceback { lines: lines.into_boxed_slice(), depth });
    }
    drop(guard);
    BUSY.set(false);
}

/// Forgets a block that has been freed.
#[cold]
#[inline(never)]
pub fn freed(domain: u32, address: usize) {
    // What is freed while a trace is made was not traced.
    if !BUSY.get()
        && let Some(state) = state().as_mut()
    {
        state.traces.remove((domain, address));
    }
}

impl Traces {
    fn add(&mut self, key: (u32, usize), size: usize, traceback: Traceback) {
        self.remove(key);
        let traceback = match self.tracebacks.get(&traceback) {
            Some(known) => known.clone(),
            None => {
                let traceback = Arc::new(traceback);
                self.tracebacks.insert(traceback.clone());
                traceback
            }
        };
        self.serial += 1;
        self.blocks.insert(key, Block { serial: self.serial, size, traceback });
        self.current += size;
        self.peak = self.peak.max(self.current);
    }

    fn remove(&mut self, key: (u32, usize)) {
        if let Some(block) = self.blocks.remove(&key) {
            self.current -= block.size;
        }
    }
}

/// The bytes that traced blocks hold now, and the most they have held.
pub fn traced() -> (usize, usize) {
    match state().as_ref() {
        Some(state) if is_on() => (state.traces.current, state.traces.peak),
        _ => (0, 0),
    }
}

/// Lets the most that blocks have held be what they hold now.
pub fn reset_peak() {
    if let Some(state) = state().as_mut() {
        state.traces.peak = state.traces.current;
    }
}

/// The bytes that the traces themselves take.
pub fn overhead() -> usize {
    let guard = state();
    let Some(State { traces, names }) = guard.as_ref() else { return 0 };
    let lines: usize = traces.tracebacks.iter().map(|traceback| traceback.lines.len()).sum();
    traces.blocks.capacity() * (size_of::<(u32, usize)>() + size_of::<Block>() + 1)
        + traces.tracebacks.capacity() * (size_of::<usize>() + 1)
        + traces.tracebacks.len() * (size_of::<Traceback>() + 2 * size_of::<usize>())
        + lines * size_of::<Line>()
        + names.list.capacity() * 4 * size_of::<usize>()
}

/// A traceback with the names of its files.
type Named = (Vec<(Ref<Str>, i32)>, usize);

fn named(names: &Names, traceback: &Traceback) -> Named {
    let lines = traceback.lines.iter();
    (
        lines.filter_map(|line| Some((names.list.get(line.file)?.clone(), line.line))).collect(),
        traceback.depth,
    )
}

/// `((filename, line), ...)`.
fn tuple((lines, _): &Named) -> Result<Ref<Tuple>> {
    let lines: Result<Vec<Ref>> = lines
        .iter()
        .map(|(file, line)| {
            let line = Int::new(i64::from(*line).max(0));
            Tuple::new([file.clone().into_object(), line.into_object()]).map(Ref::into_object)
        })
        .collect();
    match lines? {
        // Code without a Python frame around it.
        lines if lines.is_empty() => {
            let unknown = [Str::new("<unknown>").into_object(), Int::zero().into_object()];
            Tuple::new([Tuple::new(unknown)?.into_object()])
        }
        lines => Tuple::new(lines),
    }
}

/// The traceback of a block, as a tuple of file names and lines.
pub fn traceback(domain: u32, address: usize) -> Result<Option<Ref<Tuple>>> {
    let found = state().as_ref().and_then(|state| {
        let block = state.traces.blocks.get(&(domain, address))?;
        Some(named(&state.names, &block.traceback))
    });
    found.map(|found| tuple(&found)).transpose()
}

/// The traceback of a block as text and lines, for a report on stderr.
pub(super) fn lines(domain: u32, address: usize) -> Option<Vec<(String, i32)>> {
    let guard = state();
    let State { traces, names } = guard.as_ref()?;
    let (lines, _) = named(names, &traces.blocks.get(&(domain, address))?.traceback);
    Some(lines.iter().map(|(file, line)| (file.to_string(), *line)).collect())
}

/// All traces, the latest first: domain, size, traceback, number of frames.
pub fn all() -> Result<Ref<List>> {
    // Nothing is traced meanwhile: the list itself is no part of what it tells of.
    if !is_on() || BUSY.replace(true) {
        return Ok(List::new());
    }
    let result = listed();
    BUSY.set(false);
    result
}

fn listed() -> Result<Ref<List>> {
    let mut blocks: Vec<((u32, usize), Block)> = match state().as_ref() {
        Some(state) => state.traces.blocks.iter().map(|(key, block)| (*key, block.clone())).collect(),
        None => Vec::new(),
    };
    blocks.sort_unstable_by_key(|(_, block)| std::cmp::Reverse(block.serial));
    let mut known: HashMap<*const Traceback, Ref<Tuple>> = HashMap::new();
    let mut traces = Vec::with_capacity(blocks.len());
    for ((domain, _), block) in blocks {
        let lines = match known.get(&Arc::as_ptr(&block.traceback)) {
            Some(lines) => lines.clone(),
            None => {
                let found = state().as_ref().map(|state| named(&state.names, &block.traceback));
                let lines = tuple(&found.unwrap_or_default())?;
                known.insert(Arc::as_ptr(&block.traceback), lines.clone());
                lines
            }
        };
        let parts = [
            Int::new(domain.into()).into_object(),
            Int::from_usize(block.size).into_object(),
            lines.into_object(),
            Int::from_usize(block.traceback.depth.max(1)).into_object(),
        ];
        traces.push(Tuple::new(parts)?.into_object());
    }
    Ok(List::from_vec(traces))
}
