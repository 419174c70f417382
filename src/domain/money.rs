//! Decimals: how amounts and quantities are read, and how a total is rounded.
//!
//! Nothing here is ever a float. A half rounds away from zero, everywhere: a line's total to cents ([`to_cents`]), line by
//! line and before they are added up, so that the items of a quote sum to its total; a product of quantities to the
//! digits that Autotask takes ([`to_wire`]).

use rust_decimal::{Decimal, RoundingStrategy};

/// Digits before the point that an amount or a quantity may have. With four after it they stay exact where Autotask
/// reads numbers as doubles.
pub const MAX_INTEGER_DIGITS: usize = 9;
/// Digits after the point that an amount or a quantity may have (Autotask keeps four).
pub const MAX_SCALE: u32 = 4;

/// What a line, and a document, must stay below: with cents it has 14 digits, which doubles keep.
pub const MAX_TOTAL: i64 = 1_000_000_000_000;

/// Whether an amount, positive or negative, reaches [`MAX_TOTAL`].
pub fn is_too_much(amount: Decimal) -> bool {
    amount.abs() >= Decimal::from(MAX_TOTAL)
}

/// Rounds to two places, a half away from zero: how MSPs' invoices and Autotask round.
pub fn to_cents(amount: Decimal) -> Decimal {
    round(amount, 2)
}

/// Rounds to the [`MAX_SCALE`] places that Autotask takes: what comes of multiplying two quantities may have more.
pub fn to_wire(quantity: Decimal) -> Decimal {
    round(quantity, MAX_SCALE)
}

fn round(number: Decimal, places: u32) -> Decimal {
    number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
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
    fn a_quantity_keeps_the_four_digits_that_autotask_takes() {
        let wire = |text: &str| to_wire(text.parse().unwrap()).normalize().to_string();
        assert_eq!(
            ["0.11108889", "0.00005", "-0.00005", "2.34564999", "7.5"].map(wire),
            ["0.1111", "0.0001", "-0.0001", "2.3456", "7.5"]
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
