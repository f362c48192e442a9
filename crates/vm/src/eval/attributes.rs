//! Attributes: loading, storing, deleting, and methods for a call.
//!
//! The caches hold for one version of an object's class: as long as the version tag stays, so does all
//! that the class and its bases define.

use std::cell::Cell;

use objects::descriptor::MemberDescriptor;
use objects::prelude::*;
use objects::protocol::Method;

use super::machine::Machine;
use crate::code::Code;
use crate::code::decode::Instruction;

/// What an attribute instruction remembers of a class.
#[derive(Default)]
pub struct AttributeCache {
    /// The class's version tag; 0 for nothing remembered.
    version: Cell<u32>,
    kind: Cell<Kind>,
    /// Where the instance's dictionary is, or the slot.
    offset: Cell<isize>,
    /// The place in the instance's dictionary where the name was last seen.
    index: Cell<usize>,
    /// The class's own attribute, alive as long as the version stays.
    value: Cell<usize>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Kind {
    /// Nothing that a cache knows.
    #[default]
    Other,
    /// In the instance's dictionary, with nothing in the class that comes first.
    Instance,
    /// In the class, not a data descriptor, not bound, and not in the instance's dictionary.
    Class,
    /// A slot of the instance (`__slots__`).
    Slot,
    /// A data descriptor in the class, which comes before all else: a property, an attribute of a type in C or Rust.
    Data,
    /// A function in the class, and the instance has no dictionary that could hide it.
    Method,
    /// A function in the class; the instance's dictionary has to be asked first.
    MethodUnlessHidden,
}

/// How often an instruction runs before it gets a cache.
const WARM: u8 = 8;
/// How often a cache misses before it is filled anew.
const PATIENCE: u8 = 4;

impl AttributeCache {
    /// What is remembered of the object's class, if it is this one in this state.
    #[inline(always)]
    fn of(instruction: &Instruction, object: &Object) -> Option<&'static AttributeCache> {
        let cache = instruction.cache.get() as *const AttributeCache;
        // SAFETY: the cache is null or one that the code's decoded copy owns, which runs.
        let cache = unsafe { cache.as_ref() }?;
        (cache.version.get() == object.class().tp_version_tag.get() && cache.version.get() != 0)
            .then_some(cache)
    }

    /// The instance's dictionary.
    #[inline(always)]
    fn dict<'a>(&self, object: &'a Object) -> Option<&'a Dict> {
        // SAFETY: the offset is the class's own; the field holds a dictionary or null. The borrow ends
        // before anything else runs.
        unsafe { (*object.as_ptr().byte_offset(self.offset.get()).cast::<Field<Dict>>()).peek() }
    }

    /// The class's own attribute.
    #[inline(always)]
    fn value(&self) -> Ref {
        // SAFETY: the class holds it while its version stays, and the version was compared just now.
        unsafe { &*(self.value.get() as *const Object) }.to_ref()
    }
}

impl Machine {
    #[inline(always)]
    pub fn load_attr(&mut self, instruction: &Instruction) -> Result<()> {
        let object = self.peek(0);
        let name = self.name(instruction.argument);
        if let Some(cache) = AttributeCache::of(instruction, object) {
            let found = match cache.kind.get() {
                Kind::Instance => cache.dict(object).and_then(|dict| dict.get_at(cache.index.get(), name)),
                Kind::Slot => {
                    // SAFETY: the offset is of a slot of this very class.
                    unsafe { (*object.as_ptr().byte_offset(cache.offset.get()).cast::<Field>()).get() }
                }
                Kind::Class => match cache.dict(object) {
                    None => Some(cache.value()),
                    Some(dict) if dict.locate(name).is_none() => Some(cache.value()),
                    Some(_) => None,
                },
                Kind::Data => match data_descriptor(&cache.value()) {
                    Some((get, _)) => Some(get(&cache.value(), Some(object), Some(object.class()))?),
                    None => None,
                },
                _ => None,
            };
            if let Some(value) = found {
                self.set_top(value);
                return Ok(());
            }
        }
        let value = load_attr(object, name, instruction, self.frame().code())?;
        self.set_top(value);
        Ok(())
    }

    #[inline(always)]
    pub fn store_attr(&mut self, instruction: &Instruction) -> Result<()> {
        let (value, object) = (self.peek(1), self.peek(0));
        let name = self.name(instruction.argument);
        let stored = match AttributeCache::of(instruction, object) {
            Some(cache) => match cache.kind.get() {
                Kind::Instance => match cache.dict(object) {
                    Some(dict) => {
                        let index = cache.index.get();
                        dict.set_at(index, name, value) || dict.append_at(index, name, value)
                    }
                    None => begin_dict(object, cache, name, value),
                },
                Kind::Slot => {
                    // SAFETY: the offset is of a slot of this very class.
                    unsafe {
                        (*object.as_ptr().byte_offset(cache.offset.get()).cast::<Field>())
                            .set(Some(value.to_ref()));
                    }
                    true
                }
                Kind::Data => match data_descriptor(&cache.value()) {
                    Some((_, set)) => {
                        raise::check_status(set(&cache.value(), object, Some(value)))?;
                        true
                    }
                    None => false,
                },
                _ => false,
            },
            None => false,
        };
        if !stored {
            store_attr(object, name, value, instruction, self.frame().code())?;
        }
        self.drop_slots(2);
        Ok(())
    }

    #[inline(always)]
    pub fn delete_attr(&mut self, index: u32) -> Result<()> {
        self.peek(0).del_attr(self.name(index))?;
        drop(self.pop());
        Ok(())
    }

    #[inline(always)]
    pub fn load_method(&mut self, instruction: &Instruction) -> Result<()> {
        let object = self.peek(0);
        let name = self.name(instruction.argument);
        if let Some(cache) = AttributeCache::of(instruction, object) {
            let applies = match cache.kind.get() {
                Kind::Method => true,
                Kind::MethodUnlessHidden => cache.dict(object).is_none_or(|dict| dict.locate(name).is_none()),
                Kind::Instance => {
                    let found = cache.dict(object).and_then(|dict| dict.get_at(cache.index.get(), name));
                    if let Some(value) = found {
                        self.set_top_unbound(value);
                        return Ok(());
                    }
                    false
                }
                _ => false,
            };
            if applies {
                let receiver = self.replace(0, cache.value());
                self.push(receiver);
                return Ok(());
            }
        }
        match load_method(object, name, instruction, self.frame().code())? {
            Method::Function(function) => {
                let receiver = self.replace(0, function);
                self.push(receiver);
            }
            Method::Bound(bound) => self.set_top_unbound(bound),
        }
        Ok(())
    }

    /// Puts what is called without a receiver in the place of the object that has it.
    #[inline(always)]
    fn set_top_unbound(&mut self, callee: Ref) {
        drop(self.pop());
        self.push_slot(None);
        self.push(callee);
    }
}

#[inline(never)]
fn load_attr(object: &Object, name: &Str, instruction: &Instruction, code: &Code) -> Result<Ref> {
    let value = object.get_attr(name)?;
    if let Some(cache) = cache_to_fill(instruction, object, code) {
        let _ = remember_attribute(cache, object, name);
    }
    Ok(value)
}

#[inline(never)]
fn store_attr(
    object: &Object,
    name: &Str,
    value: &Object,
    instruction: &Instruction,
    code: &Code,
) -> Result<()> {
    object.set_attr(name, value)?;
    if object.class().tp_setattro.get().is_some_and(is_generic_set)
        && let Some(cache) = cache_to_fill(instruction, object, code)
    {
        let _ = remember_attribute(cache, object, name);
        if cache.kind.get() == Kind::Class {
            cache.version.set(0);
        }
    }
    Ok(())
}

/// Stores the first attribute of an instance, if that is the first one of its class's other instances.
#[inline(never)]
fn begin_dict(object: &Object, cache: &AttributeCache, name: &Str, value: &Object) -> bool {
    let dict = Dict::for_instance(object.class());
    let fits = dict.append_at(cache.index.get(), name, value);
    if fits && let Some(field) = object.dict_field() {
        field.set(Some(dict));
    }
    fits
}

#[inline(never)]
fn load_method(object: &Object, name: &Str, instruction: &Instruction, code: &Code) -> Result<Method> {
    let method = object.get_method(name)?;
    if let Some(cache) = cache_to_fill(instruction, object, code) {
        match &method {
            Method::Function(function) => remember_method(cache, object, function),
            Method::Bound(_) => {
                let _ = remember_attribute(cache, object, name);
            }
        }
    }
    Ok(method)
}

/// The instruction's cache, where it is time to fill it for an object of this class.
fn cache_to_fill(instruction: &Instruction, object: &Object, code: &Code) -> Option<&'static AttributeCache> {
    let count = instruction.counter.get();
    if count < WARM {
        instruction.counter.set(count + 1);
        return None;
    }
    instruction.counter.set(WARM - PATIENCE);
    let class = object.class();
    if !class.has_flags(flags::VALID_VERSION_TAG) || class.tp_version_tag.get() == 0 {
        return None;
    }
    if instruction.cache.get() == 0 {
        instruction.cache.set(code.decoded().ok()?.new_attribute_cache() as u64);
    }
    // SAFETY: owned by the decoded copy, which lives as long as the code.
    unsafe { (instruction.cache.get() as *const AttributeCache).as_ref() }
}

fn is_generic_get(function: BinaryFunc) -> bool {
    std::ptr::fn_addr_eq(function, objects::protocol::generic_getattro as BinaryFunc)
}

/// A module's attributes are found as any object's, and asked of its `__getattr__` only where there is none.
fn is_module_get(function: BinaryFunc) -> bool {
    objects::module::MODULE.tp_getattro.get().is_some_and(|get| std::ptr::fn_addr_eq(get, function))
}

fn is_generic_set(function: ObjObjArgProc) -> bool {
    std::ptr::fn_addr_eq(function, objects::protocol::generic_setattro as ObjObjArgProc)
}

/// Where in the instances of a class the slot is that a descriptor stands for, if it is one of `__slots__`.
fn slot_offset(descriptor: &Object, class: &Type) -> Option<isize> {
    let member = descriptor.downcast_exact::<MemberDescriptor>()?;
    let definition = member.definition();
    let is_slot = definition.kind == member_kind::OBJECT_EX && definition.flags == 0;
    (is_slot && class.is_subtype(&member.owner())).then_some(definition.offset)
}

/// How a data descriptor is read and set; none for what is not one (any more).
#[inline(always)]
fn data_descriptor(attribute: &Object) -> Option<(DescrGetFunc, ObjObjArgProc)> {
    let class = attribute.class();
    Some((class.tp_descr_get.get()?, class.tp_descr_set.get()?))
}

/// Fills a cache with how the object has an attribute, where that is one of the ways it knows.
fn remember_attribute(cache: &AttributeCache, object: &Object, name: &Str) -> Option<()> {
    let class = object.class();
    cache.version.set(0);
    cache.kind.set(Kind::Other);
    let offset = class.tp_dictoffset.get();
    let found = class.lookup(name);
    match class.tp_getattro.get()? {
        get if is_generic_get(get) => {}
        get if is_module_get(get) && found.is_none() => {}
        _ => return None,
    }
    if let Some(member) = found.as_deref().and_then(|found| slot_offset(found, class)) {
        cache.offset.set(member);
        cache.kind.set(Kind::Slot);
    } else if let Some(value) = found.as_deref().filter(|found| data_descriptor(found).is_some()) {
        cache.value.set(value.as_ptr() as usize);
        cache.kind.set(Kind::Data);
    } else if offset > 0 {
        cache.offset.set(offset);
        match found {
            Some(value) => {
                let descriptor = value.class();
                if descriptor.tp_descr_get.get().is_some() || descriptor.tp_descr_set.get().is_some() {
                    return None;
                }
                cache.value.set(value.as_ptr() as usize);
                cache.kind.set(Kind::Class);
            }
            None => {
                cache.index.set(cache.dict(object)?.locate(name)?);
                cache.kind.set(Kind::Instance);
            }
        }
    } else {
        return None;
    }
    cache.version.set(class.tp_version_tag.get());
    Some(())
}

fn remember_method(cache: &AttributeCache, object: &Object, function: &Object) {
    let class = object.class();
    let offset = class.tp_dictoffset.get();
    cache.version.set(0);
    if offset < 0 {
        return;
    }
    cache.offset.set(offset);
    cache.value.set(function.as_ptr() as usize);
    cache.kind.set(if offset == 0 { Kind::Method } else { Kind::MethodUnlessHidden });
    cache.version.set(class.tp_version_tag.get());
}
