//! Decimals: how amounts and quantities are read, and how a total is rounded.
//!
//! Nothing here is ever a float. The one rounding rule of the program is [`to_cents`].

use rust_decimal::{Decimal, RoundingStrategy};

/// Digits before the point that an amount or a quantity may have. With four after it they stay exact where Autotask
/// reads numbers as doubles.
pub const MAX_INTEGER_DIGITS: usize = 9;
/// Digits after the point that an amount or a quantity may have (Autotask keeps four).
pub const MAX_SCALE: u32 = 4;

/// Rounds to two places, a half away from zero: how MSPs' invoices and Autotask round.
pub fn to_cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// Reads a plain decimal: an optional minus sign, digits, and at most [`MAX_SCALE`] digits after a point.
///
/// # Errors
/// A sentence that says what the text must look like.
pub fn parse(text: &str) -> Result<Decimal, &'static str> {
    const SHAPE: &str = "must be a decimal number in quotation marks, such as \"12.50\"";
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(SHAPE);
    }
    if whole.len() > MAX_INTEGER_DIGITS {
        return Err("must have at most 9 digits before the point");
    }
    if fraction.len() > MAX_SCALE as usize {
        return Err("must have at most 4 digits after the point");
    }
    text.parse().map_err(|_| SHAPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(text: &str) -> String {
        to_cents(text.parse().unwrap()).to_string()
    }

    #[test]
    fn a_half_rounds_away_from_zero() {
        assert_eq!(
            ["0.005", "0.015", "2.345", "-0.005", "1.0049"].map(cents),
            ["0.01", "0.02", "2.35", "-0.01", "1.00"]
        );
    }

    #[test]
    fn only_plain_decimals_are_read() {
        for good in ["0", "12.50", "-3", "0.0001", "999999999.9999"] {
            assert_eq!(parse(good).unwrap().to_string(), good);
        }
        for bad in ["", "-", ".5", "5.", "1e3", "+1", "1,000", " 1", "1.00001", "1000000000", "NaN", "٣"] {
            assert!(parse(bad).is_err(), "{bad} was read");
        }
    }
}
