//! Chooses among the objects of a union without a tag.

use super::reader::Reader;

/// A property: its name, whether it's required, the first bytes of its values (empty for any), and its listed values.
pub(crate) type Known = (&'static str, bool, &'static [u8], &'static [&'static str]);

/// A branch of a union for objects.
pub(crate) enum Candidate {
    /// An object with these properties.
    Object(&'static [Known]),
    /// A map, or any object.
    Map,
}

/// Returns the number of the branch that fits the next object best: by listed values, required properties, kinds of
/// values, then known properties. Of equal ones, it's the first.
pub(crate) fn best(reader: &mut Reader<'_>, candidates: &[Candidate]) -> usize {
    let start = reader.position();
    let mut found = Vec::new();
    let mut is_first = true;
    if reader.enter(b'{') {
        while let Some(key) = reader.key(&mut is_first) {
            let first = reader.peek();
            found.push((key, first, reader.skip()));
        }
    }
    if reader.error.is_none() {
        reader.at = start;
    }
    let rank = |candidate: &Candidate| {
        let Candidate::Object(known) = candidate else { return (0, 0, 0, found.len(), 0) };
        let (mut different, mut missing, mut others, mut unknown, mut listed) = (0, 0, 0, 2 * found.len(), 0);
        for (name, is_required, starts, values) in *known {
            let Some((_, first, text)) = found.iter().find(|(key, ..)| key == name) else {
                missing += usize::from(*is_required);
                continue;
            };
            let is_listed = values.contains(text);
            different += usize::from(!values.is_empty() && !is_listed && *first != b'n');
            listed += usize::from(is_listed);
            others += usize::from(!starts.is_empty() && !starts.contains(first) && *first != b'n');
            unknown -= 2;
        }
        (different, missing, others, unknown, found.len() - listed)
    };
    let ranks = candidates.iter().map(rank).enumerate();
    ranks.min_by_key(|(_, rank)| *rank).map_or(0, |(index, _)| index)
}
