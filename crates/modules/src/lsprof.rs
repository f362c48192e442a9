//! `_lsprof`: the profiler of `cProfile`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Instant;

use objects::builtin_function::BuiltinFunction;
use objects::module::Module;
use objects::prelude::*;
use objects::struct_sequence::Definition;
use objects::thread_state::ThreadState;
use vm::eval::tracing::{self, Event};
use vm::frame::Frame;

pub use _lsprof::{DEFINITION, initialize};

static PROFILER_ENTRY: Definition = Definition::new(
    c"_lsprof.profiler_entry",
    c"What a profiler knows of one function.",
    6,
    &[
        (c"code", Some(c"the function's code object, or a text for a built-in one")),
        (c"callcount", Some(c"the number of calls")),
        (c"reccallcount", Some(c"the number of calls while another one was under way")),
        (c"totaltime", Some(c"the seconds that the calls took")),
        (c"inlinetime", Some(c"the seconds without those of functions that it called")),
        (c"calls", Some(c"the functions that it called, or None")),
    ],
);

static PROFILER_SUBENTRY: Definition = Definition::new(
    c"_lsprof.profiler_subentry",
    c"What a profiler knows of one function as called by another.",
    5,
    &[
        (c"code", Some(c"the called function's code object, or a text for a built-in one")),
        (c"callcount", Some(c"the number of calls by the other function")),
        (c"reccallcount", Some(c"the number of these while another one was under way")),
        (c"totaltime", Some(c"the seconds that these calls took")),
        (c"inlinetime", Some(c"the seconds without those of functions called in turn")),
    ],
);

/// Which calls of a function are counted together, by the address of its code object or definition.
type Key = usize;

/// What is known of some calls.
#[derive(Default)]
struct Count {
    total: i64,
    inline: i64,
    calls: i64,
    recursive_calls: i64,
    /// How many of the calls are under way.
    depth: i64,
}

impl Count {
    fn end_call(&mut self, total: i64, inline: i64) {
        self.depth -= 1;
        match self.depth {
            // Time inside a recursive call is part of the outermost one's.
            0 => self.total += total,
            _ => self.recursive_calls += 1,
        }
        self.inline += inline;
        self.calls += 1;
    }

    /// The items of an entry or subentry for the function.
    fn values(&self, function: &Object, factor: f64) -> Vec<Ref> {
        vec![
            function.to_ref(),
            Int::new(self.calls).into_object(),
            Int::new(self.recursive_calls).into_object(),
            Float::new(factor * self.total as f64).into_object(),
            Float::new(factor * self.inline as f64).into_object(),
        ]
    }
}

/// What is known of a function.
struct Entry {
    function: Ref,
    count: Count,
    /// What it calls.
    callees: HashMap<Key, Count>,
}

/// A call under way.
struct Context {
    key: Key,
    start: i64,
    /// The time in calls that it made.
    inner: i64,
}

#[derive(Default)]
struct Records {
    entries: HashMap<Key, Entry>,
    contexts: Vec<Context>,
}

/// `ProfilerObject`. No borrow of the records lives while anything runs: the timer may be Python code.
#[repr(C)]
pub struct Profiler {
    base: Object,
    records: RefCell<Records>,
    timer: Field,
    /// The seconds in a unit of the timer; 0 for one that counts seconds.
    unit: Cell<f64>,
    subcalls: Cell<bool>,
    builtins: Cell<bool>,
    began: Instant,
}

/// The unit of the profiler's own clock, and of a timer's seconds.
const NANOSECOND: f64 = 1e-9;

impl Profiler {
    fn now(&self) -> i64 {
        let Some(timer) = self.timer.get() else { return self.began.elapsed().as_nanos() as i64 };
        let read = timer.call0().and_then(|time| match self.unit.get() > 0.0 {
            true => match time.downcast::<Int>() {
                Some(time) => time.to_i64().ok_or_else(|| raise!(OverflowError, "int too big to convert")),
                None => Err(raise!(TypeError, "expect int, got {}", time.class().name())),
            },
            false => time.as_f64().map(|seconds| (seconds / NANOSECOND).round() as i64),
        });
        read.unwrap_or_else(|raised| {
            raised.write_unraisable(Some(&timer));
            0
        })
    }

    fn enter(&self, key: Key, function: impl FnOnce() -> Result<Ref>) -> Result<()> {
        let is_known = self.records.borrow().entries.contains_key(&key);
        let function = if is_known { None } else { Some(function()?) };
        {
            let records = &mut *self.records.borrow_mut();
            if let Some(function) = function {
                let entry = Entry { function, count: Count::default(), callees: HashMap::new() };
                records.entries.insert(key, entry);
            }
            if self.subcalls.get()
                && let Some(caller) = records.contexts.last()
                && let Some(caller) = records.entries.get_mut(&caller.key)
            {
                caller.callees.entry(key).or_default().depth += 1;
            }
            if let Some(entry) = records.entries.get_mut(&key) {
                entry.count.depth += 1;
            }
            records.contexts.push(Context { key, start: 0, inner: 0 });
        }
        let depth = self.records.borrow().contexts.len();
        let start = self.now();
        if let Some(context) = self.records.borrow_mut().contexts.get_mut(depth - 1) {
            context.start = start;
        }
        Ok(())
    }

    /// The function that was called last returns, if it is this one: it may have been called unseen.
    fn leave(&self, key: Key) {
        if self.records.borrow().contexts.is_empty() {
            return;
        }
        let is_known = self.records.borrow().entries.contains_key(&key);
        match is_known {
            true => self.end_last_call(key, self.now()),
            false => drop(self.records.borrow_mut().contexts.pop()),
        }
    }

    fn end_last_call(&self, key: Key, now: i64) {
        let records = &mut *self.records.borrow_mut();
        let Some(context) = records.contexts.pop() else { return };
        let total = now - context.start;
        let inline = total - context.inner;
        if let Some(caller) = records.contexts.last_mut() {
            caller.inner += total;
        }
        if let Some(entry) = records.entries.get_mut(&key) {
            entry.count.end_call(total, inline);
        }
        if self.subcalls.get()
            && let Some(caller) = records.contexts.last()
            && let Some(caller) = records.entries.get_mut(&caller.key)
            && let Some(count) = caller.callees.get_mut(&key)
        {
            count.end_call(total, inline);
        }
    }

    /// Ends the calls that are under way while profiling ends.
    fn end_all_calls(&self) {
        loop {
            let last = self.records.borrow().contexts.last().map(|context| context.key);
            let Some(key) = last else { return };
            self.end_last_call(key, self.now());
        }
    }
}

impl tracing::Profiler for Profiler {
    fn event(&self, frame: &Frame, event: Event, argument: Option<&Object>) -> Result<()> {
        let builtin = || {
            let function = argument.filter(|_| self.builtins.get())?.downcast::<BuiltinFunction>()?;
            Some((function, std::ptr::from_ref(function.definition()) as Key))
        };
        let code = frame.code();
        let key = std::ptr::from_ref(code) as Key;
        match event {
            Event::Call => self.enter(key, || Ok(code.to_ref().into_object()))?,
            Event::Return => self.leave(key),
            Event::CCall => {
                if let Some((function, key)) = builtin() {
                    self.enter(key, || described(function))?;
                }
            }
            Event::CReturn | Event::CException => {
                if let Some((_, key)) = builtin() {
                    self.leave(key);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// What stands for a built-in function, which itself would keep what it is bound to.
fn described(function: &BuiltinFunction) -> Result<Ref> {
    let name = function.get_attr(intern!("__name__"))?;
    let name = name.downcast::<Str>().map(Str::to_ref).unwrap_or_else(Str::empty);
    let receiver = function.receiver();
    match receiver.filter(|receiver| receiver.downcast::<Module>().is_none()) {
        Some(receiver) => {
            if let Some(descriptor) = receiver.class().lookup(&name) {
                return Ok(descriptor.repr()?.into_object());
            }
        }
        None => {
            let module = function.get_attr(intern!("__module__"))?;
            if let Some(module) = module.downcast::<Str>() {
                return objects::format_str!("<built-in method {module}.{name}>").map(Ref::into_object);
            }
        }
    }
    objects::format_str!("<built-in method {name}>").map(Ref::into_object)
}

/// Profiler(timer=None, timeunit=None, subcalls=True, builtins=True)
///
/// Make a profiler. The timer is a function that tells the time, by default that of a fast real clock. Where it
/// gives integers, timeunit is the length of their unit in seconds.
#[class(name = "Profiler", module = "_lsprof", flags = BASETYPE)]
impl Profiler {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Profiler>> {
        Ref::new_in(
            class,
            Profiler {
                base: Object::header(),
                records: RefCell::default(),
                timer: Field::null(),
                unit: Cell::new(0.0),
                subcalls: Cell::new(true),
                builtins: Cell::new(true),
                began: Instant::now(),
            },
        )
    }

    #[slot(tp_init, "(timer=None, timeunit=0.0, subcalls=True, builtins=True)", getargs)]
    fn init(
        &self,
        timer: NoneOr<&Object>,
        timeunit: f64,
        subcalls: Option<i32>,
        builtins: Option<i32>,
    ) -> Result<()> {
        self.timer.set(timer.0.map(Object::to_ref));
        self.unit.set(timeunit);
        self.subcalls.set(subcalls != Some(0));
        self.builtins.set(builtins != Some(0));
        Ok(())
    }

    /// getstats() -> list of profiler_entry objects
    ///
    /// Tells what is known so far, in an object for each function with these attributes:
    ///
    ///     code          the code object, or a text for a built-in function
    ///     callcount     how many calls there were
    ///     reccallcount  how many of them while another one was under way
    ///     totaltime     the seconds that the calls took
    ///     inlinetime    the seconds without those of functions that they called
    ///     calls         the functions that they called
    ///
    /// calls is None, or a list of objects with the first five of these, for the calls that
    /// this function made of another one.
    #[method("()", no_text_signature)]
    fn getstats(&self) -> Result<Ref<List>> {
        let has_unit = !self.timer.is_null() && self.unit.get() != 0.0;
        let factor = if has_unit { self.unit.get() } else { NANOSECOND };
        let mut rows = Vec::new();
        for entry in self.records.borrow().entries.values().filter(|entry| entry.count.calls > 0) {
            let callee = |(key, count): (&Key, &Count)| {
                let callee = self.records.borrow().entries.get(key)?.function.clone();
                (count.calls > 0).then(|| count.values(&callee, factor))
            };
            let callees: Vec<_> = entry.callees.iter().filter_map(callee).collect();
            rows.push((entry.count.values(&entry.function, factor), callees, entry.callees.is_empty()));
        }
        let list = List::new();
        for (mut values, callees, is_leaf) in rows {
            let callees = callees
                .into_iter()
                .map(|values| PROFILER_SUBENTRY.build(values))
                .collect::<Result<Vec<_>>>()?;
            values.push(if is_leaf { none() } else { List::from_vec(callees).into_object() });
            list.push(PROFILER_ENTRY.build(values)?)?;
        }
        Ok(list)
    }

    /// enable(subcalls=True, builtins=True)
    ///
    /// Count calls from now on.
    /// With subcalls, calls of a function are also counted by the function that makes them;
    /// with builtins, the time in built-in functions is counted apart from that of their callers.
    #[method("(subcalls=True, builtins=True)", no_text_signature)]
    fn enable(&self, subcalls: bool, builtins: bool) -> Result<()> {
        self.subcalls.set(subcalls);
        self.builtins.set(builtins);
        (objects::services::get().audit)("sys.setprofile", &[])?;
        tracing::set_profiler(self);
        Ok(())
    }

    /// disable()
    ///
    /// Count no calls any more. What was counted stays.
    #[method("()", no_text_signature)]
    fn disable(&self) -> Result<()> {
        (objects::services::get().audit)("sys.setprofile", &[])?;
        tracing::set_profile(ThreadState::current(), None);
        self.end_all_calls();
        Ok(())
    }

    /// clear()
    ///
    /// Forget what was counted.
    #[method("()", no_text_signature, name = "clear")]
    fn forget(&self) {
        let old = self.records.take();
        drop(old);
    }
}

/// The profiler that cProfile is made of: it counts calls, and the time in them.
#[module(name = "_lsprof", classes = [super::PROFILER])]
pub mod _lsprof {
    use objects::module::Module;
    use objects::prelude::*;

    use super::{PROFILER_ENTRY, PROFILER_SUBENTRY};

    #[exec]
    fn add_types(module: &Module) -> Result<()> {
        module.add("profiler_entry", PROFILER_ENTRY.ready()?.to_ref())?;
        module.add("profiler_subentry", PROFILER_SUBENTRY.ready()?.to_ref())
    }
}
