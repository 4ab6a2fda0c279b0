//! Randomness for idempotency keys and jitter, from the operating system by way of the TLS provider.

use crate::error::Error;

/// Returns 128 random bits in hexadecimal.
pub(crate) fn hex() -> Result<String, Error> {
    let bytes: [u8; 16] =
        bytes().ok_or_else(|| Error::configuration("the operating system provides no random numbers"))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Returns a number from 0 to 1. Without a source of randomness, it's always 0.5.
pub(crate) fn unit() -> f64 {
    bytes().map_or(0.5, |bytes| f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX))
}

fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_their_range_and_differ() {
        assert!((0.0..=1.0).contains(&unit()));
        let (first, second) = (hex().ok(), hex().ok());
        assert!(first != second && first.is_some_and(|key| key.len() == 32));
    }
}
