//! `timedelta`: the difference between two moments.

use std::cell::Cell;
use std::mem::offset_of;

use objects::arguments::{Parameters, Shape};
use objects::int::arithmetic;
use objects::prelude::*;
use objects::str::InternedName;

/// `PyDateTime_Delta`: days of any sign, seconds of a day, microseconds of a second.
#[repr(C)]
pub struct TimeDelta {
    base: Object,
    /// -1 until it was asked for.
    hash: Cell<isize>,
    days: i32,
    seconds: i32,
    microseconds: i32,
}

const MAX_DAYS: i32 = 999_999_999;
const MICROSECONDS: i128 = 1_000_000;
pub const DAY_SECONDS: i32 = 24 * 3600;
const DAY_MICROSECONDS: i128 = DAY_SECONDS as i128 * MICROSECONDS;

fn too_large() -> Raised {
    raise!(OverflowError, "Python int too large to convert to C int")
}

/// Days, seconds and microseconds in their ranges. `OverflowError`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub days: i32,
    pub seconds: i32,
    pub microseconds: i32,
}

impl Span {
    /// Carries what is beyond a second and a day over.
    pub fn new(days: i64, seconds: i64, microseconds: i64) -> Result<Span> {
        let seconds = seconds + microseconds.div_euclid(MICROSECONDS as i64);
        let days = days + seconds.div_euclid(DAY_SECONDS.into());
        Span {
            days: i32::try_from(days).map_err(|_| too_large())?,
            seconds: seconds.rem_euclid(DAY_SECONDS.into()) as i32,
            microseconds: microseconds.rem_euclid(MICROSECONDS as i64) as i32,
        }
        .check()
    }

    pub fn of_microseconds(microseconds: i128) -> Result<Span> {
        let days = microseconds.div_euclid(DAY_MICROSECONDS);
        let rest = microseconds.rem_euclid(DAY_MICROSECONDS);
        Span {
            days: i32::try_from(days).map_err(|_| too_large())?,
            seconds: (rest / MICROSECONDS) as i32,
            microseconds: (rest % MICROSECONDS) as i32,
        }
        .check()
    }

    pub fn check(self) -> Result<Span> {
        match (-MAX_DAYS..=MAX_DAYS).contains(&self.days) {
            true => Ok(self),
            false => Err(raise!(OverflowError, "days={}; must have magnitude <= {MAX_DAYS}", self.days)),
        }
    }

    pub fn to_microseconds(self) -> i128 {
        i128::from(self.days) * DAY_MICROSECONDS
            + i128::from(self.seconds) * MICROSECONDS
            + i128::from(self.microseconds)
    }

    pub fn is_zero(self) -> bool {
        self == Span { days: 0, seconds: 0, microseconds: 0 }
    }

    pub fn plus(self, other: Span) -> Result<Span> {
        Span::new(
            i64::from(self.days) + i64::from(other.days),
            i64::from(self.seconds) + i64::from(other.seconds),
            i64::from(self.microseconds) + i64::from(other.microseconds),
        )
    }

    pub fn minus(self, other: Span) -> Result<Span> {
        Span::new(
            i64::from(self.days) - i64::from(other.days),
            i64::from(self.seconds) - i64::from(other.seconds),
            i64::from(self.microseconds) - i64::from(other.microseconds),
        )
    }

    /// The hash of the tuple that stands for it.
    pub fn hash(self) -> Result<isize> {
        let parts = [self.days, self.seconds, self.microseconds];
        Tuple::new(parts.map(|part| Int::new(part.into()).into_object()))?.as_object().hash()
    }
}

impl TimeDelta {
    pub fn new(span: Span) -> Ref<TimeDelta> {
        Ref::new(TimeDelta::value(span))
    }

    /// An instance of the class or a subclass.
    pub fn new_in(class: &Type, span: Span) -> Result<Ref<TimeDelta>> {
        match class.is(&TIME_DELTA) {
            true => Ok(TimeDelta::new(span)),
            false => Ref::new_in(class, TimeDelta::value(span)),
        }
    }

    fn value(span: Span) -> TimeDelta {
        let Span { days, seconds, microseconds } = span;
        TimeDelta { base: Object::header(), hash: Cell::new(-1), days, seconds, microseconds }
    }

    #[inline]
    pub fn span(&self) -> Span {
        Span { days: self.days, seconds: self.seconds, microseconds: self.microseconds }
    }

    fn microseconds(&self) -> Ref<Int> {
        Int::from_i128(self.span().to_microseconds())
    }
}

/// A delta of a number of microseconds, which may be of any size.
fn of_int(microseconds: &Int) -> Result<Ref<TimeDelta>> {
    let microseconds = microseconds.to_i128().ok_or_else(too_large)?;
    Ok(TimeDelta::new(Span::of_microseconds(microseconds)?))
}

/// The arguments of the constructor with what they are in microseconds.
const UNITS: [(&str, i64); 7] = [
    ("days", 86_400_000_000),
    ("seconds", 1_000_000),
    ("microseconds", 1),
    ("milliseconds", 1000),
    ("minutes", 60_000_000),
    ("hours", 3_600_000_000),
    ("weeks", 604_800_000_000),
];

/// In this order fractions add up, which matters for rounding.
const ORDER: [usize; 7] = [2, 3, 1, 4, 5, 0, 6];

/// Microseconds that add up.
#[derive(Default)]
struct Sum {
    whole: i128,
    /// Whole microseconds that are too many for an `i128`.
    large: Option<Ref<Int>>,
    fraction: f64,
}

impl Sum {
    fn add_int(&mut self, count: &Int, unit: i64) -> Result<()> {
        let small =
            count.to_i64().and_then(|count| self.whole.checked_add(i128::from(count) * i128::from(unit)));
        match small {
            Some(whole) => self.whole = whole,
            None => {
                let product = arithmetic::multiply(count, &Int::new(unit))?;
                self.large = Some(match self.large.take() {
                    Some(large) => arithmetic::add(&large, &product)?,
                    None => product,
                });
            }
        }
        Ok(())
    }

    /// Adds an argument. `TypeError` for what is no number.
    fn add(&mut self, value: &Object, (name, unit): (&str, i64)) -> Result<()> {
        if let Some(count) = value.downcast::<Int>() {
            return self.add_int(count, unit);
        }
        let Some(count) = value.downcast::<Float>() else {
            let kind = value.class().name();
            bail!(TypeError, "unsupported type for timedelta {name} component: {kind}");
        };
        let count = count.value();
        self.add_int(&*Float::integral(count)?, unit)?;
        let fraction = count.fract();
        if fraction != 0.0 {
            let rest = unit as f64 * fraction;
            self.whole += rest.trunc() as i128;
            self.fraction += rest.fract();
        }
        Ok(())
    }

    fn finish(self) -> Result<Span> {
        let whole = match self.large {
            None => self.whole,
            Some(large) => {
                arithmetic::add(&large, &Int::from_i128(self.whole))?.to_i128().ok_or_else(too_large)?
            }
        };
        let mut rest = self.fraction.round();
        // A half goes to the even sum.
        if (rest - self.fraction).abs() == 0.5 {
            let odd = (whole & 1) as f64;
            rest = 2.0 * ((self.fraction + odd) * 0.5).round() - odd;
        }
        Span::of_microseconds(whole + rest as i128)
    }
}

static PARAMETERS: Parameters<7> = Parameters::new(
    Shape {
        function: "__new__",
        positional_only: 0,
        positional: 7,
        required: 0,
        required_keywords: 0,
        has_rest: false,
        has_keywords: false,
    },
    [
        InternedName::new("days"),
        InternedName::new("seconds"),
        InternedName::new("microseconds"),
        InternedName::new("milliseconds"),
        InternedName::new("minutes"),
        InternedName::new("hours"),
        InternedName::new("weeks"),
    ],
);

/// A float as a fraction; a subclass may have a say in that. `ValueError`, `OverflowError`, `TypeError`.
fn ratio(value: &Float) -> Result<(Ref<Int>, Ref<Int>)> {
    let number = value.value();
    if value.class().is(Float::class()) && number.is_finite() {
        return objects::float::parts::integer_ratio(number);
    }
    let fraction = value.as_object().call_method(intern!("as_integer_ratio"), &[])?;
    let Some(parts) = fraction.downcast::<Tuple>() else {
        let kind = fraction.class().name();
        bail!(TypeError, "unexpected return type from as_integer_ratio(): expected tuple, got '{kind}'");
    };
    let [numerator, denominator] = parts.items() else {
        bail!(ValueError, "as_integer_ratio() must return a 2-tuple");
    };
    match (numerator.clone().into_type::<Int>(), denominator.clone().into_type::<Int>()) {
        (Ok(numerator), Ok(denominator)) => Ok((numerator, denominator)),
        _ => Err(raise!(TypeError, "non-integer arguments in division")),
    }
}

/// The two operands as deltas.
fn both<'a>(left: &'a Object, right: &'a Object) -> Option<(&'a TimeDelta, &'a TimeDelta)> {
    Some((left.downcast::<TimeDelta>()?, right.downcast::<TimeDelta>()?))
}

/// timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)
///
/// How much later one moment is than another: a number of microseconds,
/// negative for earlier. It is the sum of what the arguments say, ints or
/// floats of any sign, and it is kept as days, seconds and microseconds.
#[class(name = "timedelta", module = "datetime", static_ = TIME_DELTA, flags = BASETYPE, generic_getattro)]
impl TimeDelta {
    #[slot(tp_new)]
    fn make(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<TimeDelta>> {
        let given = PARAMETERS.unpack_tuple(arguments.as_slice(), keywords)?.values;
        let mut sum = Sum::default();
        for index in ORDER {
            if let Some(value) = given[index] {
                sum.add(value, UNITS[index])?;
            }
        }
        TimeDelta::new_in(class, sum.finish()?)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let Span { days, seconds, microseconds } = self.span();
        let parts = [("days", days), ("seconds", seconds), ("microseconds", microseconds)];
        let shown: Vec<String> = parts
            .iter()
            .filter(|(_, value)| *value != 0)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let shown = if shown.is_empty() { "0".to_owned() } else { shown.join(", ") };
        format!("{}({shown})", self.class().name())
    }

    #[slot(tp_str)]
    fn str(&self) -> String {
        let Span { days, seconds, microseconds } = self.span();
        let mut shown = match days {
            0 => String::new(),
            1 | -1 => format!("{days} day, "),
            _ => format!("{days} days, "),
        };
        shown += &format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if microseconds != 0 {
            shown += &format!(".{microseconds:06}");
        }
        shown
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        if self.hash.get() == -1 {
            self.hash.set(self.span().hash()?);
        }
        Ok(self.hash.get())
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Ref {
        match other.downcast::<TimeDelta>() {
            Some(other) => bool_object(op.accepts(self.span().cmp(&other.span()))),
            None => not_implemented(),
        }
    }

    #[slot(nb_bool)]
    fn is_nonzero(&self) -> bool {
        !self.span().is_zero()
    }

    #[slot(nb_positive)]
    fn positive(&self) -> Ref<TimeDelta> {
        TimeDelta::new(self.span())
    }

    #[slot(nb_negative)]
    fn negative(&self) -> Result<Ref<TimeDelta>> {
        Ok(TimeDelta::new(Span { days: 0, seconds: 0, microseconds: 0 }.minus(self.span())?))
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> Result<Ref<TimeDelta>> {
        if self.days < 0 { self.negative() } else { Ok(self.positive()) }
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        let Some((left, right)) = both(left, right) else { return Ok(not_implemented()) };
        Ok(TimeDelta::new(left.span().plus(right.span())?).into_object())
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        let Some((left, right)) = both(left, right) else { return Ok(not_implemented()) };
        Ok(TimeDelta::new(left.span().minus(right.span())?).into_object())
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        let (delta, factor) = match (left.downcast::<TimeDelta>(), right.downcast::<TimeDelta>()) {
            (Some(delta), None) => (delta, right),
            (None, Some(delta)) => (delta, left),
            _ => return Ok(not_implemented()),
        };
        let product = if let Some(factor) = factor.downcast::<Int>() {
            arithmetic::multiply(&*delta.microseconds(), factor)?
        } else if let Some(factor) = factor.downcast::<Float>() {
            let (numerator, denominator) = ratio(factor)?;
            arithmetic::divmod_near(
                &*arithmetic::multiply(&*delta.microseconds(), &numerator)?,
                &denominator,
            )?
            .0
        } else {
            return Ok(not_implemented());
        };
        Ok(of_int(&product)?.into_object())
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        let Some(delta) = left.downcast::<TimeDelta>() else { return Ok(not_implemented()) };
        let microseconds = delta.microseconds();
        if let Some(divisor) = right.downcast::<TimeDelta>() {
            let divisor = divisor.microseconds();
            return microseconds.as_object().true_divide(&divisor);
        }
        let quotient = if let Some(divisor) = right.downcast::<Int>() {
            arithmetic::divmod_near(&microseconds, divisor)?.0
        } else if let Some(divisor) = right.downcast::<Float>() {
            let (numerator, denominator) = ratio(divisor)?;
            arithmetic::divmod_near(&*arithmetic::multiply(&microseconds, &denominator)?, &numerator)?.0
        } else {
            return Ok(not_implemented());
        };
        Ok(of_int(&quotient)?.into_object())
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(left: &Object, right: &Object) -> Result<Ref> {
        let Some(delta) = left.downcast::<TimeDelta>() else { return Ok(not_implemented()) };
        let microseconds = delta.microseconds();
        if let Some(divisor) = right.downcast::<TimeDelta>() {
            return Ok(arithmetic::floor_divide(&microseconds, &*divisor.microseconds())?.into_object());
        }
        match right.downcast::<Int>() {
            Some(divisor) => Ok(of_int(&*arithmetic::floor_divide(&microseconds, divisor)?)?.into_object()),
            None => Ok(not_implemented()),
        }
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        let Some((left, right)) = both(left, right) else { return Ok(not_implemented()) };
        let rest = arithmetic::remainder(&*left.microseconds(), &*right.microseconds())?;
        Ok(of_int(&rest)?.into_object())
    }

    #[slot(nb_divmod)]
    fn divmod(left: &Object, right: &Object) -> Result<Ref> {
        let Some((left, right)) = both(left, right) else { return Ok(not_implemented()) };
        let (quotient, rest) = arithmetic::divmod(&*left.microseconds(), &*right.microseconds())?;
        (quotient, of_int(&rest)?).into_object()
    }

    /// The whole difference in seconds, as a float.
    #[method(no_text_signature)]
    fn total_seconds(&self) -> Result<f64> {
        objects::int::divide::true_divide(&*self.microseconds(), &*Int::new(MICROSECONDS as i64))
    }

    /// For pickling: the class, and days, seconds and microseconds.
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        (self.class(), (self.days, self.seconds, self.microseconds)).into_object()
    }

    /// The whole days; negative if the difference is.
    #[member(INT, readonly)]
    const days: usize = offset_of!(TimeDelta, days);

    /// The whole seconds beyond the days, from 0 to 86399.
    #[member(INT, readonly)]
    const seconds: usize = offset_of!(TimeDelta, seconds);

    /// The microseconds beyond the seconds, from 0 to 999999.
    #[member(INT, readonly)]
    const microseconds: usize = offset_of!(TimeDelta, microseconds);
}
