//! The version bump in Cargo.toml.
//!
//! Before 1.0.0 Cargo treats the minor version as the major one, and the patch version as the minor one.

use semver::Version;

use crate::diff::finding::Level;

/// Returns the bump between two versions as Cargo sees it.
pub(crate) fn declared(old: &Version, new: &Version) -> Level {
    if new <= old {
        return Level::None;
    }
    let changed = [old.major != new.major, old.minor != new.minor, old.patch != new.patch];
    let is_pre = |version: &Version| !version.pre.is_empty();
    if is_pre(old) && is_pre(new) || changed == [false; 3] && is_pre(old) {
        // Pre-releases are compatible with no other version.
        return Level::Major;
    }
    match (old.major, old.minor, changed) {
        (_, _, [true, ..]) | (0, _, [_, true, _]) | (0, 0, _) => Level::Major,
        (0, _, _) | (_, _, [_, true, _]) => Level::Minor,
        _ => Level::Patch,
    }
}

/// Returns the lowest version after `old` with the required bump.
pub(crate) fn next(old: &Version, required: Level) -> Version {
    let Version { major, minor, patch, .. } = *old;
    match (required, major, minor) {
        (Level::None, ..) => old.clone(),
        (Level::Major, 0, 0) | (Level::Patch, ..) | (Level::Minor, 0, _) => Version::new(major, minor, patch + 1),
        (Level::Major, 0, _) | (Level::Minor, ..) => Version::new(major, minor + 1, 0),
        (Level::Major, ..) => Version::new(major + 1, 0, 0),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn bumps_are_those_of_cargo() {
        let cases = [
            ("1.2.3", "1.2.3", Level::None),
            ("1.2.3", "1.2.2", Level::None),
            ("1.2.3", "1.2.4", Level::Patch),
            ("1.2.3", "1.3.0", Level::Minor),
            ("1.2.3", "2.0.0", Level::Major),
            ("0.2.3", "0.2.4", Level::Minor),
            ("0.2.3", "0.3.0", Level::Major),
            ("0.0.3", "0.0.4", Level::Major),
            ("0.2.3", "1.0.0", Level::Major),
            ("1.0.0-rc.1", "1.0.0-rc.2", Level::Major),
            ("1.0.0-rc.1", "1.0.0", Level::Major),
            ("1.0.0", "1.1.0-rc.1", Level::Minor),
        ];
        for (old, new, expected) in cases {
            assert_eq!(declared(&old.parse().unwrap(), &new.parse().unwrap()), expected, "{old} → {new}");
        }
    }

    #[test]
    fn the_next_version_has_the_required_bump() {
        for old in ["0.0.1", "0.3.1", "1.2.3"] {
            let old: Version = old.parse().unwrap();
            for required in [Level::None, Level::Patch, Level::Minor, Level::Major] {
                assert!(declared(&old, &next(&old, required)) >= required, "{old} {required:?}");
            }
        }
        assert_eq!(next(&Version::new(0, 3, 1), Level::Major), Version::new(0, 4, 0));
        assert_eq!(next(&Version::new(0, 3, 1), Level::Minor), Version::new(0, 3, 2));
        assert_eq!(next(&Version::new(1, 2, 3), Level::Minor), Version::new(1, 3, 0));
    }
}
