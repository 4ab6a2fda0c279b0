//! The rules for the sources: imports point downwards, no files import each other, files are short.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsStr;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The top-level modules of the library. Each may import only from those below.
const LIBRARY: [&[&str]; 9] = [
    &["lib"],
    &["agent", "testing"],
    &["client"],
    &["stream"],
    &["transport", "structured"],
    &["error"],
    &["types"],
    &["codec"],
    &["sse"],
];

/// The top-level modules of the command.
const COMMAND: [&[&str]; 8] = [
    &["main"],
    &["changelog", "check", "refresh"],
    &["diff"],
    &["snapshot", "standalone"],
    &["input", "translate"],
    &["terminal"],
    &["generate"],
    &["outcome", "progress", "stack", "tls"],
];

/// The maximum length of a file in `src`, in lines without tests.
const MAX_LINES: usize = 400;

type Segments = Vec<String>;

/// A file or an inline module, without its tests.
struct Module {
    file: PathBuf,
    /// All paths in it, as written.
    paths: BTreeSet<Segments>,
    /// The paths of its `use` items, by the names they introduce.
    names: BTreeMap<String, Segments>,
}

/// The modules of a crate, by their paths from the root on.
struct Crate(BTreeMap<Segments, Module>);

impl Crate {
    fn read(root: &str) -> Self {
        let mut this = Self(BTreeMap::new());
        this.read_file(&Vec::new(), &Path::new("src").join(root));
        assert!(this.0.len() > 10, "{root} has {} modules", this.0.len());
        this
    }

    fn read_file(&mut self, module: &Segments, file: &Path) {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.read_module(module, file, text.parse().expect("the file compiles"));
    }

    fn read_module(&mut self, module: &Segments, file: &Path, tokens: TokenStream) {
        let empty = Module { file: file.to_owned(), paths: BTreeSet::new(), names: BTreeMap::new() };
        self.0.insert(module.clone(), empty);
        self.read_tokens(module, tokens);
    }

    fn read_tokens(&mut self, module: &Segments, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let (mut rest, mut attributes) = (&tokens[..], Vec::new());
        while let [first, after @ ..] = rest {
            let length = match first {
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    // An attribute: its mark, for a file `!`, and its group.
                    let length = rest.iter().position(|token| matches!(token, TokenTree::Group(_))).unwrap_or(0);
                    attributes.push(rest[length].to_string());
                    rest = &rest[length + 1..];
                    continue;
                }
                _ if attributes.iter().any(|it| is_for_tests(it)) => end_of_item(rest),
                // `pub` or `pub(crate)`, between the attributes and their item.
                TokenTree::Ident(word) if word == "pub" => {
                    let is_restricted = matches!(after.first(), Some(TokenTree::Group(_)));
                    rest = &after[usize::from(is_restricted)..];
                    continue;
                }
                TokenTree::Ident(word) if word == "mod" => {
                    let child = [module.clone(), vec![after[0].to_string()]].concat();
                    match &after[1] {
                        TokenTree::Group(body) => {
                            self.read_module(&child, &self.0[module].file.clone(), body.stream());
                        }
                        _ => self.read_file(
                            &child,
                            &file_of_module(&self.0[module].file, &after[0].to_string(), &attributes),
                        ),
                    }
                    3
                }
                TokenTree::Ident(word) if word == "use" => {
                    let length = end_of_item(rest);
                    self.read_use(module, &[], &rest[1..length - 1]);
                    length
                }
                // Generated code has paths of its own.
                TokenTree::Ident(word) if word == "quote" && after.first().is_some_and(|token| is_mark(token, '!')) => {
                    3
                }
                TokenTree::Ident(_) => {
                    let (path, length) = path(rest);
                    if path.len() > 1 {
                        self.0.get_mut(module).unwrap().paths.insert(path);
                    }
                    length
                }
                TokenTree::Group(group) => {
                    self.read_tokens(module, group.stream());
                    1
                }
                _ => 1,
            };
            attributes.clear();
            rest = &rest[length..];
        }
    }

    /// Reads a tree of imports below `prefix`.
    fn read_use(&mut self, module: &Segments, prefix: &[String], tree: &[TokenTree]) {
        let (tail, length) = path(tree);
        let mut full = [prefix, &tail].concat();
        let rest = &tree[length..];
        let group = rest.iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
            _ => None,
        });
        if let Some(group) = group {
            let group: Vec<_> = group.into_iter().collect();
            group
                .split(|token| is_mark(token, ','))
                .filter(|tree| !tree.is_empty())
                .for_each(|tree| self.read_use(module, &full, tree));
            return;
        }
        // `self` at the end of a group names the module itself.
        full.dedup_by(|segment, _| segment == "self");
        let renamed = rest.iter().position(|token| is_word(token, "as")).map(|at| rest[at + 1].to_string());
        let this = self.0.get_mut(module).unwrap();
        this.names.extend(renamed.or(full.last().cloned()).map(|name| (name, full.clone())));
        this.paths.insert(full);
    }

    /// Returns the module of the item `path` names in `module`, or `None` for other crates.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Option<Segments> {
        let supers = path.iter().take_while(|segment| *segment == "super").count();
        let (mut base, mut rest) = match path.first().map(String::as_str) {
            Some("crate") => (Vec::new(), &path[1..]),
            Some("self") => (module.to_vec(), &path[1..]),
            Some("super") => (module[..module.len() - supers].to_vec(), &path[supers..]),
            // Names from a `use` are counted there.
            Some(name) if self.0.contains_key(&child(module, name)) => (module.to_vec(), path),
            _ => return None,
        };
        while let [name, after @ ..] = rest {
            let next = child(&base, name);
            if self.0.contains_key(&next) {
                (base, rest) = (next, after);
            } else if let Some(target) = self.0[&base].names.get(name)
                && depth < 9
            {
                return self.resolve(&base, &[&target[..], after].concat(), depth + 1);
            } else {
                break;
            }
        }
        Some(base)
    }

    fn imports(&self) -> Vec<Import<'_>> {
        let mut imports = Vec::new();
        for (module, Module { file, paths, .. }) in &self.0 {
            for path in paths {
                let Some(target) = self.resolve(module, path, 0) else { continue };
                let to = &self.0[&target].file;
                if to != file {
                    let top = [module, &target].map(|module| module.first().cloned());
                    imports.push(Import { from: file, to, path: path.join("::"), top });
                }
            }
        }
        imports
    }
}

/// A file, a file it imports, its path in the import, and the top-level modules of both.
struct Import<'a> {
    from: &'a Path,
    to: &'a Path,
    path: String,
    top: [Option<String>; 2],
}

impl Display for Import<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} imports {} ({})", self.from.display(), self.path, self.to.display())
    }
}

fn child(module: &[String], name: &str) -> Segments {
    [module, &[name.to_owned()]].concat()
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(it) if it == word)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(it) if it.as_char() == mark)
}

/// Reads a path at the start of `tokens`. Returns the number of tokens too.
fn path(tokens: &[TokenTree]) -> (Segments, usize) {
    let (mut path, mut length) = (Vec::new(), 0);
    while let Some(TokenTree::Ident(segment)) = tokens.get(length) {
        path.push(segment.to_string());
        length += 1;
        if !tokens[length..].iter().take(2).all(|token| is_mark(token, ':')) || tokens.len() < length + 2 {
            break;
        }
        length += 2;
    }
    (path, length)
}

/// Returns the number of tokens of the first item.
fn end_of_item(tokens: &[TokenTree]) -> usize {
    let is_end = |token: &TokenTree| is_mark(token, ';') || matches!(token, TokenTree::Group(_));
    let is_use = is_word(&tokens[0], "use");
    let is_end = |token: &TokenTree| if is_use { is_mark(token, ';') } else { is_end(token) };
    tokens.iter().position(is_end).map_or(tokens.len(), |at| at + 1)
}

fn is_for_tests(attribute: &str) -> bool {
    let mut words =
        attribute.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty());
    words.next() == Some("cfg") && words.any(|word| word == "test")
}

/// Returns the file of `mod NAME;` in `file`.
fn file_of_module(file: &Path, name: &str, attributes: &[String]) -> PathBuf {
    let folder = match file.file_name().and_then(OsStr::to_str) {
        Some("lib.rs" | "main.rs" | "mod.rs") => file.parent().unwrap().to_owned(),
        _ => file.with_extension(""),
    };
    let path = attributes.iter().find_map(|it| it.strip_prefix("[path = \"")?.strip_suffix("\"]"));
    let candidates = match path {
        // The command borrows files of the library.
        Some(path) => vec![Path::new("src").join(path.trim_start_matches("../"))],
        None => vec![folder.join(name).with_extension("rs"), folder.join(name).join("mod.rs")],
    };
    let found = candidates.into_iter().find(|path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists());
    found.unwrap_or_else(|| panic!("{}: mod {name} has no file", file.display()))
}

/// Returns the imports of a loop through `start`, if there is one.
fn find_loop<'a>(imports: &'a [Import<'a>], start: &Path) -> Option<Vec<&'a Import<'a>>> {
    let mut ways = VecDeque::from([(start, Vec::new())]);
    let mut seen = BTreeSet::new();
    while let Some((file, way)) = ways.pop_front() {
        for import in imports.iter().filter(|import| import.from == file) {
            let way = [&way[..], &[import]].concat();
            if import.to == start {
                return Some(way);
            }
            if seen.insert(import.to) {
                ways.push_back((import.to, way));
            }
        }
    }
    None
}

fn check(root: &str, layers: &[&[&str]]) {
    let modules = Crate::read(root);
    let imports = modules.imports();
    assert!(imports.len() > 30, "{root} has {} imports", imports.len());
    let layer = |name: &Option<String>| {
        let name = name.as_deref().unwrap_or(layers[0][0]);
        let layer = layers.iter().position(|layer| layer.contains(&name));
        layer.unwrap_or_else(|| panic!("add the module `{name}` to the layers in {}", file!()))
    };
    let upward = imports.iter().filter(|it| it.top[0] != it.top[1] && layer(&it.top[0]) >= layer(&it.top[1]));
    let upward: Vec<_> = upward.map(ToString::to_string).collect();
    assert!(upward.is_empty(), "these imports don't point downwards:\n{}", upward.join("\n"));
    let files: BTreeSet<_> = imports.iter().map(|import| import.from).collect();
    let found = files.into_iter().filter_map(|file| find_loop(&imports, file)).min_by_key(Vec::len).unwrap_or_default();
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "these imports form a loop:\n{}", found.join("\n"));
}

#[test]
fn the_librarys_imports_point_downwards_without_loops() {
    check("lib.rs", &LIBRARY);
}

#[test]
fn the_commands_imports_point_downwards_without_loops() {
    check("bin/nexconn-schema/main.rs", &COMMAND);
}

/// Calls `visit` with the path below `src` and the text of each file, without tests.
fn for_each_file(mut visit: impl FnMut(&Path, &str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
            if path.is_dir() && !is_test {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
                let text = fs::read_to_string(&path).unwrap();
                visit(path.strip_prefix(&root).unwrap(), text.split("\n#[cfg(test)]\n").next().unwrap_or_default());
            }
        }
    }
}

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for_each_file(|path, text| {
        let lines = text.lines().count();
        if lines > MAX_LINES {
            long.push(format!("{}: {lines} lines", path.display()));
        }
    });
    assert!(long.is_empty(), "split the files with more than {MAX_LINES} lines: {long:#?}");
}

/// Then each feature alone and all at once show the warnings of every set of features, and `.ci/features` is quick.
#[test]
fn no_code_depends_on_two_features() {
    // The files with conditions, and the modules behind a feature, each with the feature.
    let (mut conditions, mut modules) = (Vec::new(), Vec::new());
    for_each_file(|path, text| {
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0].starts_with("#[cfg(") && !pair[0].contains("(test, ")) {
            let named: Vec<_> =
                pair[0].split("feature = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let feature = match named[..] {
                [] => continue,
                [feature] => feature.to_owned(),
                _ => panic!("{}: `{}` names two features", path.display(), pair[0]),
            };
            if let Some(name) = pair[1].split_once("mod ").and_then(|(_, name)| name.strip_suffix(';')) {
                let module = file_of_module(&Path::new("src").join(path), name, &[]);
                let folder = if module.ends_with("mod.rs") { module.parent().unwrap() } else { &module };
                modules.push((folder.strip_prefix("src").unwrap().to_owned(), feature.clone()));
            }
            conditions.push((path.to_owned(), feature));
        }
    });
    assert!(conditions.len() > 9 && modules.len() > 4, "{conditions:?}, {modules:?}");
    for (path, feature) in &conditions {
        let outer = modules.iter().find(|(module, outer)| path.starts_with(module) && outer != feature);
        // The features of the client have it as a dependency.
        let is_nested = outer.is_some_and(|(_, outer)| outer != "client" || feature == "schemars");
        assert!(!is_nested, "{} depends on `{feature}`, and is in a module that depends on {outer:?}", path.display());
    }
}
