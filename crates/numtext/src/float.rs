//! How floats are written, exactly rounded.

/// How a float is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// The shortest decimals that read back as the same float.
    Repr,
    /// With an exponent.
    Exponent,
    /// Without an exponent.
    Fixed,
    /// Either, by size.
    General,
}

/// What else there is to say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A sign also where it is `+`.
    pub sign: bool,
    /// `.0` where the text would be that of an integer.
    pub add_dot_0: bool,
    /// The alternate form: always a point, and trailing zeros kept.
    pub alternate: bool,
    /// Exponent, infinity and not-a-number in upper case.
    pub upper: bool,
}

/// Decimal exponents from which `repr` uses an exponent.
const LEAST_FIXED: i32 = -4;
const MOST_FIXED: i32 = 16;

/// No float has more digits behind the point.
const LONGEST_FRACTION: usize = 1074;

/// What `repr` gives.
pub fn repr(value: f64) -> String {
    format(value, Style::Repr, 0, Options { add_dot_0: true, ..Options::default() })
}

/// What `repr` gives, without the `.0` of an integral value.
pub fn shortest(value: f64) -> String {
    format(value, Style::Repr, 0, Options::default())
}

/// What `PyOS_double_to_string` gives. `Repr` takes no precision.
pub fn format(value: f64, style: Style, precision: usize, options: Options) -> String {
    let mut text = if !value.is_finite() {
        non_finite(value)
    } else {
        match style {
            Style::Repr => Decimal::shortest(value).general(MOST_FIXED, None, options),
            Style::Exponent => Decimal::rounded(value, precision).scientific(precision, options.alternate),
            Style::Fixed => fixed(value, precision, options.alternate),
            Style::General => {
                let precision = precision.max(1);
                let decimal = Decimal::rounded(value, precision - 1);
                // With `.0` to come, one digit less goes without an exponent.
                let limit = precision - usize::from(options.add_dot_0);
                decimal.general(i32::try_from(limit).unwrap_or(i32::MAX), Some(precision), options)
            }
        }
    };
    if options.sign && !text.starts_with('-') {
        text.insert(0, '+');
    }
    if options.upper {
        text.make_ascii_uppercase();
    }
    text
}

fn non_finite(value: f64) -> String {
    match () {
        () if value.is_nan() => "nan",
        () if value > 0.0 => "inf",
        () => "-inf",
    }
    .to_owned()
}

fn fixed(value: f64, precision: usize, alternate: bool) -> String {
    let exact = precision.min(LONGEST_FRACTION);
    let mut text = format!("{value:.exact$}");
    text.extend(std::iter::repeat_n('0', precision - exact));
    if alternate && precision == 0 {
        text.push('.');
    }
    text
}

/// A finite float as digits `d.ddd` times a power of ten.
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i32,
}

impl Decimal {
    fn shortest(value: f64) -> Decimal {
        let mut buffer = ryu::Buffer::new();
        Decimal::read(buffer.format_finite(value))
    }

    /// Rounded to so many digits behind the first; trailing zeros beyond the exact value may be left out.
    fn rounded(value: f64, fraction: usize) -> Decimal {
        let exact = fraction.min(LONGEST_FRACTION);
        Decimal::read(&format!("{value:.exact$e}"))
    }

    /// Reads `[-]digits[.digits][e[-]digits]`.
    fn read(text: &str) -> Decimal {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        let leading = all.bytes().take_while(|&byte| byte == b'0').count();
        if leading == all.len() {
            return Decimal { negative, digits: fraction_of_zero(fraction), exponent: 0 };
        }
        let exponent = exponent.parse::<i32>().unwrap_or(0) + whole.len() as i32 - 1 - leading as i32;
        Decimal { negative, digits: all[leading..].to_owned(), exponent }
    }

    /// With or without an exponent, as that is below `-4` or from `limit` on. With a precision, so many
    /// significant digits in the alternate form; trailing zeros go in any other.
    fn general(mut self, limit: i32, precision: Option<usize>, options: Options) -> String {
        let significant = self.digits.trim_end_matches('0').len().max(1);
        self.digits.truncate(significant);
        if options.alternate
            && let Some(precision) = precision
        {
            self.pad(precision);
        }
        if !(LEAST_FIXED..limit).contains(&self.exponent) {
            let fraction = self.digits.len() - 1;
            return self.scientific(fraction, options.alternate);
        }
        self.positional(options)
    }

    fn pad(&mut self, count: usize) {
        let missing = count.saturating_sub(self.digits.len());
        self.digits.extend(std::iter::repeat_n('0', missing));
    }

    fn sign(&self) -> &'static str {
        if self.negative { "-" } else { "" }
    }

    fn scientific(mut self, fraction: usize, point: bool) -> String {
        self.pad(fraction + 1);
        let (first, rest) = self.digits.split_at(1);
        let point = if point || !rest.is_empty() { "." } else { "" };
        let exponent_sign = if self.exponent < 0 { '-' } else { '+' };
        format!("{}{first}{point}{rest}e{exponent_sign}{:02}", self.sign(), self.exponent.unsigned_abs())
    }

    fn positional(mut self, options: Options) -> String {
        if self.exponent < 0 {
            let zeros = (-self.exponent - 1) as usize;
            return format!("{}0.{}{}", self.sign(), "0".repeat(zeros), self.digits);
        }
        let whole = self.exponent as usize + 1;
        self.pad(whole);
        let (whole, fraction) = self.digits.split_at(whole);
        let behind = match fraction {
            "" if options.add_dot_0 => ".0",
            "" if options.alternate => ".",
            "" => "",
            _ => ".",
        };
        format!("{}{whole}{behind}{fraction}", self.sign())
    }
}

/// The digits of zero.
fn fraction_of_zero(fraction: &str) -> String {
    ["0", fraction].concat()
}
