//! `_statistics`: the inverse of the normal distribution, for the module `statistics`.

// The coefficients stand as they were published.
#![allow(clippy::excessive_precision)]

use objects::prelude::module;

pub use _statistics::{DEFINITION, initialize};

/// Coefficients, that of the highest power first.
type Polynomial = [f64; 8];

fn value(polynomial: &Polynomial, number: f64) -> f64 {
    polynomial.iter().fold(0.0, |sum, part| sum * number + part)
}

// Wichura, M.J. (1988), "Algorithm AS241: The Percentage Points of the Normal Distribution",
// Applied Statistics 37, 477-484: the routine PPND16.

const CENTRE: [Polynomial; 2] = [
    [
        2.509_080_928_730_122_672_7e+3,
        3.343_057_558_358_812_810_5e+4,
        6.726_577_092_700_870_085_3e+4,
        4.592_195_393_154_987_145_7e+4,
        1.373_169_376_550_946_112_5e+4,
        1.971_590_950_306_551_442_7e+3,
        1.331_416_678_917_843_774_5e+2,
        3.387_132_872_796_366_608_0e+0,
    ],
    [
        5.226_495_278_852_854_561_0e+3,
        2.872_908_573_572_194_267_4e+4,
        3.930_789_580_009_271_061_0e+4,
        2.121_379_430_158_659_586_7e+4,
        5.394_196_021_424_751_107_7e+3,
        6.871_870_074_920_579_083_0e+2,
        4.231_333_070_160_091_125_2e+1,
        1.0,
    ],
];

const SIDES: [Polynomial; 2] = [
    [
        7.745_450_142_783_414_076_40e-4,
        2.272_384_498_926_918_458_33e-2,
        2.417_807_251_774_506_117_70e-1,
        1.270_458_252_452_368_382_58e+0,
        3.647_848_324_763_204_605_04e+0,
        5.769_497_221_460_691_405_50e+0,
        4.630_337_846_156_545_295_90e+0,
        1.423_437_110_749_683_577_34e+0,
    ],
    [
        1.050_750_071_644_416_843_24e-9,
        5.475_938_084_995_344_946_00e-4,
        1.519_866_656_361_645_719_66e-2,
        1.481_039_764_274_800_745_90e-1,
        6.897_673_349_851_000_045_50e-1,
        1.676_384_830_183_803_849_40e+0,
        2.053_191_626_637_758_821_87e+0,
        1.0,
    ],
];

const TAILS: [Polynomial; 2] = [
    [
        2.010_334_399_292_288_132_65e-7,
        2.711_555_568_743_487_578_15e-5,
        1.242_660_947_388_078_438_60e-3,
        2.653_218_952_657_612_309_30e-2,
        2.965_605_718_285_048_912_30e-1,
        1.784_826_539_917_291_335_80e+0,
        5.463_784_911_164_114_369_90e+0,
        6.657_904_643_501_103_777_20e+0,
    ],
    [
        2.044_263_103_389_939_785_64e-15,
        1.421_511_758_316_445_888_70e-7,
        1.846_318_317_510_054_681_80e-5,
        7.868_691_311_456_132_591_00e-4,
        1.487_536_129_085_061_485_25e-2,
        1.369_298_809_227_358_053_10e-1,
        5.998_322_065_558_879_376_90e-1,
        1.0,
    ],
];

/// The point below which the standard normal distribution has the probability.
fn percentage_point(probability: f64) -> f64 {
    let from_middle = probability - 0.5;
    if from_middle.abs() <= 0.425 {
        let [numerator, denominator] = &CENTRE;
        let number = 0.180625 - from_middle * from_middle;
        return value(numerator, number) * from_middle / value(denominator, number);
    }
    let tail = if from_middle <= 0.0 { probability } else { 1.0 - probability };
    let depth = (-tail.ln()).sqrt();
    let ([numerator, denominator], number) =
        if depth <= 5.0 { (&SIDES, depth - 1.6) } else { (&TAILS, depth - 5.0) };
    let point = value(numerator, number) / value(denominator, number);
    if from_middle < 0.0 { -point } else { point }
}

/// What the module statistics computes natively.
#[module(name = "_statistics")]
pub mod _statistics {
    use objects::prelude::*;

    #[function("(p, mu, sigma, /)", name = "_normal_dist_inv_cdf")]
    fn normal_dist_inv_cdf(p: f64, mu: f64, sigma: f64) -> Result<f64> {
        if p <= 0.0 || p >= 1.0 || sigma <= 0.0 {
            bail!(ValueError, "inv_cdf undefined for these parameters");
        }
        Ok(mu + super::percentage_point(p) * sigma)
    }
}
