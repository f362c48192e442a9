//! From code words to instructions, checking every word on the way.

use crate::charset::{CharSet, Fold, Item};
use crate::constants::{At, Category, Code, MAX_REPEAT, info};
use crate::first::FirstSet;
use crate::program::{Alternative, Info, InvalidCode, Op, Place, Program, Repeat, Single};

/// Reads code words from first to last. Jumps lead forward only, and to where an instruction starts.
pub(crate) struct Decoder<'a> {
    code: &'a [u32],
    at: usize,
    program: Program,
    /// The instruction that starts at a word.
    place_of: Vec<Option<Place>>,
    /// The parts being read, innermost last.
    parts: Vec<Part>,
}

/// A run of words that belongs to an instruction before it.
struct Part {
    end: usize,
    kind: PartKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PartKind {
    /// Ends after a `SUCCESS`.
    Assertion,
    /// Ends before an `UNTIL`.
    Body,
    /// Ends after a `JUMP`; the length of the next alternative, or 0, follows.
    Alternative,
    /// Ends anywhere.
    Conditional,
}

type Checked<T = ()> = Result<T, InvalidCode>;

fn check(condition: bool) -> Checked {
    if condition { Ok(()) } else { Err(InvalidCode) }
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(code: &'a [u32], groups: usize) -> Self {
        let program = Program {
            ops: Vec::with_capacity(code.len() / 2),
            sets: Vec::new(),
            alternatives: Vec::new(),
            repeats: Vec::new(),
            info: Info::default(),
            groups,
        };
        Decoder { code, at: 0, program, place_of: vec![None; code.len() + 1], parts: Vec::new() }
    }

    pub(crate) fn run(mut self) -> Checked<Program> {
        while self.at < self.code.len() {
            self.end_parts()?;
            self.place_of[self.at] = Some(self.program.ops.len() as Place);
            self.instruction()?;
        }
        self.end_parts()?;
        check(self.parts.is_empty() && matches!(self.program.ops.last(), Some(Op::Success)))?;
        self.resolve()?;
        Ok(self.program)
    }

    // Reading words.

    fn word(&mut self) -> Checked<u32> {
        let &word = self.code.get(self.at).ok_or(InvalidCode)?;
        self.at += 1;
        Ok(word)
    }

    fn words<const N: usize>(&mut self) -> Checked<[u32; N]> {
        let words = self.code.get(self.at..).and_then(<[u32]>::first_chunk).ok_or(InvalidCode)?;
        self.at += N;
        Ok(*words)
    }

    fn operator(&mut self) -> Checked<Code> {
        Code::from_word(self.word()?).ok_or(InvalidCode)
    }

    /// A word that tells how far it is from itself to the end of something.
    fn skip(&mut self) -> Checked<usize> {
        let from = self.at;
        self.end_from(from)
    }

    fn end_from(&mut self, from: usize) -> Checked<usize> {
        let end = from + self.word()? as usize;
        let limit = self.parts.last().map_or(self.code.len(), |part| part.end);
        check((self.at..=limit).contains(&end))?;
        Ok(end)
    }

    fn group(&mut self) -> Checked<u32> {
        let group = self.word()?;
        check((group as usize) < self.program.groups)?;
        Ok(group)
    }

    // Parts.

    fn begin_part(&mut self, end: usize, kind: PartKind) {
        self.parts.push(Part { end, kind });
    }

    fn end_parts(&mut self) -> Checked {
        while let Some(part) = self.parts.pop_if(|part| part.end <= self.at) {
            check(part.end == self.at)?;
            let last = self.program.ops.last().copied();
            match part.kind {
                PartKind::Assertion => check(matches!(last, Some(Op::Success)))?,
                PartKind::Alternative => {
                    check(matches!(last, Some(Op::Jump(_))))?;
                    self.at += 1;
                }
                PartKind::Body => {
                    let until = self.code.get(self.at).copied().and_then(Code::from_word);
                    check(matches!(until, Some(Code::MaxUntil | Code::MinUntil)))?;
                }
                PartKind::Conditional => {}
            }
        }
        Ok(())
    }

    // Instructions. Targets are words until `resolve`.

    fn instruction(&mut self) -> Checked {
        let start = self.at;
        let operator = self.operator()?;
        let op = match operator {
            Code::Failure => Op::Failure,
            Code::Success => Op::Success,
            Code::At => Op::At(At::from_word(self.word()?).ok_or(InvalidCode)?),
            Code::Mark => {
                let mark = self.word()?;
                check((mark as usize) < 2 * self.program.groups)?;
                Op::Mark(mark)
            }
            Code::Jump => {
                let end = self.at + self.word()? as usize;
                check((self.at..=self.code.len()).contains(&end))?;
                Op::Jump(end as Place)
            }
            Code::Info => return self.info(start),
            Code::Branch => self.branch()?,
            Code::GroupRef => Op::GroupRef { group: self.group()?, fold: Fold::None },
            Code::GroupRefIgnore => Op::GroupRef { group: self.group()?, fold: Fold::Ascii },
            Code::GroupRefUniIgnore => Op::GroupRef { group: self.group()?, fold: Fold::Unicode },
            Code::GroupRefLocIgnore => Op::GroupRef { group: self.group()?, fold: Fold::Locale },
            Code::GroupRefExists => {
                let from = self.at;
                let group = self.group()?;
                let end = self.end_from(from)?;
                self.begin_part(end, PartKind::Conditional);
                Op::GroupRefExists { group, otherwise: end as Place }
            }
            Code::Assert | Code::AssertNot => {
                let end = self.skip()?;
                let back = self.word()?;
                self.begin_part(end, PartKind::Assertion);
                Op::Assert { back, next: end as Place, negative: operator == Code::AssertNot }
            }
            Code::RepeatOne | Code::MinRepeatOne => self.repeat_one(operator == Code::MinRepeatOne)?,
            Code::Repeat => self.repeat()?,
            Code::MaxUntil => Op::Until { lazy: false },
            Code::MinUntil => Op::Until { lazy: true },
            _ => Op::Single(self.single(operator)?),
        };
        self.program.ops.push(op);
        Ok(())
    }

    fn branch(&mut self) -> Checked<Op> {
        let first = self.program.alternatives.len() as u32;
        let start = self.at;
        let mut ends = Vec::new();
        while self.code.get(self.at) != Some(&0) {
            let target = Some(self.at as Place + 1);
            self.program.alternatives.push(Alternative { target, guard: None });
            self.at = self.skip()?;
            ends.push(self.at);
        }
        check(!ends.is_empty())?;
        self.program.alternatives.push(Alternative { target: None, guard: None });
        for &end in ends.iter().rev() {
            self.begin_part(end, PartKind::Alternative);
        }
        self.at = start + 1;
        Ok(Op::Branch(first))
    }

    fn repeat_one(&mut self, lazy: bool) -> Checked<Op> {
        let end = self.skip()?;
        let (min, max) = self.bounds()?;
        let operator = self.operator()?;
        let single = self.single(operator)?;
        check(self.operator()? == Code::Success && self.at == end)?;
        let repeat = Repeat { min, max, lazy, single, target: end as Place, body: 0, guard: None };
        Ok(Op::RepeatOne(self.add_repeat(repeat)))
    }

    fn repeat(&mut self) -> Checked<Op> {
        let end = self.skip()?;
        let (min, max) = self.bounds()?;
        self.begin_part(end, PartKind::Body);
        let repeat = Repeat {
            min,
            max,
            lazy: false,
            single: Single::AnyAll,
            target: end as Place,
            body: self.program.ops.len() as Place + 1,
            guard: None,
        };
        Ok(Op::Repeat(self.add_repeat(repeat)))
    }

    fn add_repeat(&mut self, repeat: Repeat) -> u32 {
        self.program.repeats.push(repeat);
        self.program.repeats.len() as u32 - 1
    }

    fn bounds(&mut self) -> Checked<(usize, usize)> {
        let [min, max] = self.words()?;
        check(min <= max)?;
        Ok((min as usize, if max == MAX_REPEAT { usize::MAX } else { max as usize }))
    }

    // Tests of one character.

    fn single(&mut self, operator: Code) -> Checked<Single> {
        Ok(match operator {
            Code::Any => Single::Any,
            Code::AnyAll => Single::AnyAll,
            Code::Literal => Single::Literal(self.word()?),
            Code::NotLiteral => Single::NotLiteral(self.word()?),
            Code::Category => {
                let category = self.category()?;
                self.add_set(vec![category], Fold::None, false)
            }
            Code::LiteralIgnore => self.literal(Fold::Ascii, false)?,
            Code::NotLiteralIgnore => self.literal(Fold::Ascii, true)?,
            Code::LiteralUniIgnore => self.literal(Fold::Unicode, false)?,
            Code::NotLiteralUniIgnore => self.literal(Fold::Unicode, true)?,
            Code::LiteralLocIgnore => self.literal(Fold::Locale, false)?,
            Code::NotLiteralLocIgnore => self.literal(Fold::Locale, true)?,
            Code::In => self.set(Fold::None)?,
            Code::InIgnore => self.set(Fold::Ascii)?,
            Code::InUniIgnore => self.set(Fold::Unicode)?,
            Code::InLocIgnore => self.set(Fold::Locale)?,
            _ => return Err(InvalidCode),
        })
    }

    fn literal(&mut self, fold: Fold, inverted: bool) -> Checked<Single> {
        let literal = Item::Literal(self.word()?);
        Ok(self.add_set(vec![literal], fold, inverted))
    }

    fn set(&mut self, fold: Fold) -> Checked<Single> {
        let end = self.skip()?;
        let items = self.items()?;
        check(self.at == end)?;
        Ok(self.add_set(items, fold, false))
    }

    fn add_set(&mut self, items: Vec<Item>, fold: Fold, inverted: bool) -> Single {
        self.program.sets.push(CharSet::new(items, fold, inverted));
        Single::Set(self.program.sets.len() as u32 - 1)
    }

    /// The items of a set, to its `FAILURE`.
    fn items(&mut self) -> Checked<Vec<Item>> {
        let mut items = Vec::new();
        loop {
            items.push(match self.operator()? {
                Code::Failure => return Ok(items),
                Code::Negate => Item::Negate,
                Code::Literal => Item::Literal(self.word()?),
                Code::Range => self.words().map(|[first, last]| Item::Range(first, last))?,
                Code::RangeUniIgnore => {
                    self.words().map(|[first, last]| Item::RangeUniIgnore(first, last))?
                }
                Code::Charset => Item::Bitmap(self.words()?),
                Code::BigCharset => self.big_bitmap()?,
                Code::Category => self.category()?,
                _ => return Err(InvalidCode),
            });
        }
    }

    fn category(&mut self) -> Checked<Item> {
        Category::from_word(self.word()?).map(Item::Category).ok_or(InvalidCode)
    }

    fn big_bitmap(&mut self) -> Checked<Item> {
        let count = self.word()? as usize;
        let chunk_of = self.words::<64>()?.map(u32::to_ne_bytes);
        let chunk_of: &[u8; 256] = chunk_of.as_flattened().try_into().map_err(|_| InvalidCode)?;
        check(chunk_of.iter().all(|&chunk| usize::from(chunk) < count) && count <= 256)?;
        let chunks = (0..count).map(|_| self.words()).collect::<Checked<Vec<[u32; 8]>>>()?;
        Ok(Item::BigBitmap { chunk_of: Box::new(*chunk_of), chunks: chunks.into() })
    }

    // The information block.

    /// It stands before everything else, and makes no instruction.
    fn info(&mut self, start: usize) -> Checked {
        check(start == 0)?;
        let end = self.skip()?;
        let [flags, min_width, _max_width] = self.words()?;
        check(flags & !(info::PREFIX | info::LITERAL | info::CHARSET) == 0)?;
        check(flags & info::PREFIX == 0 || flags & info::CHARSET == 0)?;
        check(flags & info::LITERAL == 0 || flags & info::PREFIX != 0)?;
        self.program.info.min_width = min_width as usize;
        if flags & info::PREFIX != 0 {
            self.prefix()?;
            self.program.info.literal = flags & info::LITERAL != 0;
        }
        if flags & info::CHARSET != 0 {
            // The instructions tell the same.
            self.items()?;
        }
        check(self.at == end)
    }

    fn prefix(&mut self) -> Checked {
        let [length, skip] = self.words()?.map(|word: u32| word as usize);
        check((1..=self.code.len()).contains(&length) && skip <= length)?;
        let prefix = self.code.get(self.at..self.at + length).ok_or(InvalidCode)?;
        let overlap = self.code.get(self.at + length..self.at + 2 * length).ok_or(InvalidCode)?;
        check(overlap.iter().all(|&overlap| (overlap as usize) < length))?;
        self.program.info.prefix = prefix.to_vec();
        self.program.info.prefix_skip = skip;
        self.at += 2 * length;
        Ok(())
    }

    // Targets.

    fn resolve(&mut self) -> Checked {
        let place_of = &self.place_of;
        let place = |word: &mut Place| -> Checked {
            *word = place_of[*word as usize].ok_or(InvalidCode)?;
            Ok(())
        };
        let program = &mut self.program;
        for op in &mut program.ops {
            match op {
                Op::Jump(target)
                | Op::GroupRefExists { otherwise: target, .. }
                | Op::Assert { next: target, .. } => place(target)?,
                _ => {}
            }
        }
        for alternative in &mut program.alternatives {
            if let Some(target) = &mut alternative.target {
                place(target)?;
                alternative.guard = guard(&program.ops, *target);
            }
        }
        for repeat in &mut program.repeats {
            place(&mut repeat.target)?;
            repeat.guard = guard(&program.ops, repeat.target);
        }
        self.keep_skip_within_literals();
        self.program.info.first = FirstSet::of(&self.program);
        Ok(())
    }

    /// Only literals before any mark can be left out when the prefix has been found.
    fn keep_skip_within_literals(&mut self) {
        let Program { ops, info, .. } = &mut self.program;
        let literals = ops.iter().take_while(|op| matches!(op, Op::Single(Single::Literal(_)))).count();
        info.prefix_skip = info.prefix_skip.min(literals);
    }
}

/// What the first character at a place must pass.
fn guard(ops: &[Op], place: Place) -> Option<Single> {
    match ops[place as usize] {
        Op::Single(single) => Some(single),
        _ => None,
    }
}
