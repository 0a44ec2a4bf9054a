//! The structure of the source as tests see it: modules, what they import, and the items they define.

mod circles;
mod floors;
mod names;
mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The crates of the workspace: the name other crates know it by, and the folder of its source.
const CRATES: &[(&str, &str)] = &[
    ("tn3270", "crates/tn3270/src"),
    ("bigiron_sim", "crates/bigiron-sim/src"),
    ("bigiron", "src"),
    ("bigiron_python", "python/src"),
];

/// The names from a crate's root to a module, the crate's first.
type ModulePath = Vec<String>;

/// A module of its own file, without what stands in it under `#[cfg(test)]`.
struct Module {
    file: PathBuf,
    /// The types, functions and constants that it defines, each with its line.
    items: Vec<Item>,
    /// The functions and variants of its types: the type, and the name.
    members: Vec<(String, String)>,
    /// What its `use` declarations bring into scope: the name, and the path it stands for. A glob has the name `*`.
    uses: Vec<(String, ModulePath)>,
    /// Every path that it names, with its line.
    paths: Vec<(usize, ModulePath)>,
}

/// A definition.
struct Item {
    name: String,
    line: usize,
    is_type: bool,
    /// Whether modules other than its own may name it.
    visible: bool,
}

/// The modules of the workspace by their paths.
struct House {
    modules: BTreeMap<ModulePath, Module>,
}

/// The source as it is, read once.
static HOUSE: LazyLock<House> = LazyLock::new(House::read);

impl House {
    /// Reads the source of every crate.
    fn read() -> House {
        let mut modules = BTreeMap::new();
        for (name, folder) in CRATES {
            let root = if Path::new(folder).join("lib.rs").exists() {
                "lib.rs"
            } else {
                "main.rs"
            };
            read_module(
                &Path::new(folder).join(root),
                vec![(*name).to_owned()],
                &mut modules,
            );
        }
        assert!(modules.len() > 200, "the source is not where it was");
        House { modules }
    }

    /// The module that a path written in `from` leads to, through `use` declarations of the modules on its way; none outside the workspace.
    fn resolve(&self, from: &[String], path: &[String]) -> Option<ModulePath> {
        self.follow(from, path, 0)
    }

    fn follow(&self, from: &[String], path: &[String], depth: usize) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        let (base, rest) = match first.as_str() {
            "crate" => (from.get(..1)?.to_vec(), rest),
            "self" => (from.to_vec(), rest),
            "super" => {
                let ups = path.iter().take_while(|name| *name == "super").count();
                (
                    from.get(..from.len().checked_sub(ups)?)?.to_vec(),
                    path.get(ups..)?,
                )
            }
            name if CRATES.iter().any(|(known, _)| *known == name) => (vec![first.clone()], rest),
            _ => (from.to_vec(), path),
        };
        self.descend(base, rest, depth)
    }

    fn descend(&self, mut at: ModulePath, names: &[String], depth: usize) -> Option<ModulePath> {
        for (n, name) in names.iter().enumerate() {
            let inner = [at.as_slice(), std::slice::from_ref(name)].concat();
            if self.modules.contains_key(&inner) {
                at = inner;
                continue;
            }
            let module = self.modules.get(&at)?;
            if module.items.iter().any(|item| item.name == *name) {
                return Some(at);
            }
            let rest = names.get(n + 1..).unwrap_or_default();
            return self.imported(&at, module, name, rest, depth);
        }
        Some(at)
    }

    /// Where a name leads that a module does not define but import; the module itself where it does not import it either.
    fn imported(
        &self,
        at: &ModulePath,
        module: &Module,
        name: &str,
        rest: &[String],
        depth: usize,
    ) -> Option<ModulePath> {
        if depth < 8 {
            for (known, path) in &module.uses {
                if known == name {
                    let path = [path.as_slice(), rest].concat();
                    return self.follow(at, &path, depth + 1);
                }
            }
            for (_, path) in module.uses.iter().filter(|(known, _)| known == "*") {
                let target = self.follow(at, path, depth + 1);
                let defines = |module: &Module| module.items.iter().any(|item| item.name == name);
                if let Some(target) = target
                    && self.modules.get(&target).is_some_and(defines)
                {
                    return Some(target);
                }
            }
        }
        Some(at.clone())
    }

    /// The modules that each module names, with the line of the first mention.
    fn imports(&self) -> BTreeMap<&ModulePath, BTreeMap<ModulePath, usize>> {
        let mut graph = BTreeMap::new();
        for (at, module) in &self.modules {
            let mut named = BTreeMap::new();
            for (line, path) in &module.paths {
                let is_relative = ["crate", "self", "super"].contains(&path[0].as_str())
                    || CRATES.iter().any(|(name, _)| *name == path[0]);
                let is_child = self
                    .modules
                    .contains_key(&[at.as_slice(), &path[..1]].concat());
                if (is_relative || is_child)
                    && let Some(target) = self.resolve(at, path)
                    && target != *at
                {
                    named.entry(target).or_insert(*line);
                }
            }
            graph.insert(at, named);
        }
        graph
    }
}

/// Reads a module's file and those of the modules declared in it.
fn read_module(file: &Path, path: ModulePath, modules: &mut BTreeMap<ModulePath, Module>) {
    let text =
        fs::read_to_string(file).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()));
    let parsed =
        syn::parse_file(&text).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()));
    let mut reader = Reader::default();
    reader.visit_file(&parsed);
    for name in &reader.children {
        let inner = [path.as_slice(), std::slice::from_ref(name)].concat();
        read_module(&child_file(file, name), inner, modules);
    }
    let module = Module {
        file: file.to_owned(),
        items: reader.items,
        members: reader.members,
        uses: reader.uses,
        paths: reader.paths,
    };
    modules.insert(path, module);
}

/// The file of a module that another file declares.
fn child_file(parent: &Path, name: &str) -> PathBuf {
    let folder = match parent.file_stem().and_then(|stem| stem.to_str()) {
        Some("lib" | "main" | "mod") | None => parent.with_file_name(""),
        Some(_) => parent.with_extension(""),
    };
    let file = folder.join(format!("{name}.rs"));
    if file.exists() {
        file
    } else {
        folder.join(name).join("mod.rs")
    }
}

/// Collects what a file declares and names.
#[derive(Default)]
struct Reader {
    children: Vec<String>,
    items: Vec<Item>,
    members: Vec<(String, String)>,
    uses: Vec<(String, ModulePath)>,
    paths: Vec<(usize, ModulePath)>,
    /// How many modules of the same file enclose the place that is read.
    inside: usize,
}

impl Reader {
    fn item(&mut self, name: &syn::Ident, visibility: &syn::Visibility, is_type: bool) {
        self.items.push(Item {
            name: name.to_string(),
            line: name.span().start().line,
            is_type,
            visible: !matches!(visibility, syn::Visibility::Inherited),
        });
    }

    /// The functions of an `impl` block or a trait, the variants of an enum.
    fn members(&mut self, item: &syn::Item) {
        let (owner, names): (String, Vec<String>) = match item {
            syn::Item::Impl(block) => {
                let syn::Type::Path(of) = &*block.self_ty else {
                    return;
                };
                let owner = of.path.segments.last().map(|part| part.ident.to_string());
                let functions = block.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                    _ => None,
                });
                (owner.unwrap_or_default(), functions.collect())
            }
            syn::Item::Trait(of) => {
                let functions = of.items.iter().filter_map(|item| match item {
                    syn::TraitItem::Fn(function) => Some(function.sig.ident.to_string()),
                    _ => None,
                });
                (of.ident.to_string(), functions.collect())
            }
            syn::Item::Enum(of) => {
                let variants = of.variants.iter().map(|variant| variant.ident.to_string());
                (of.ident.to_string(), variants.collect())
            }
            _ => return,
        };
        self.members
            .extend(names.into_iter().map(|name| (owner.clone(), name)));
    }

    fn use_tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                let prefix = [prefix, &[path.ident.to_string()]].concat();
                self.use_tree(&prefix, &path.tree);
            }
            syn::UseTree::Group(group) => {
                group
                    .items
                    .iter()
                    .for_each(|tree| self.use_tree(prefix, tree));
            }
            syn::UseTree::Name(name) if name.ident == "self" => {
                self.import(
                    prefix.last().cloned().unwrap_or_default(),
                    prefix.to_vec(),
                    &name.ident,
                );
            }
            syn::UseTree::Name(name) => {
                let path = [prefix, &[name.ident.to_string()]].concat();
                self.import(name.ident.to_string(), path, &name.ident);
            }
            syn::UseTree::Rename(rename) => {
                let path = [prefix, &[rename.ident.to_string()]].concat();
                self.import(rename.rename.to_string(), path, &rename.ident);
            }
            syn::UseTree::Glob(_) => self.uses.push(("*".to_owned(), prefix.to_vec())),
        }
    }

    fn import(&mut self, name: String, path: ModulePath, at: &syn::Ident) {
        self.paths.push((at.span().start().line, path.clone()));
        if self.inside == 0 {
            self.uses.push((name, path));
        }
    }

    /// Paths that begin with `crate`, `self`, `super` or a crate's name among the tokens of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: ModulePath = Vec::new();
        let mut colons = 0;
        let mut line = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end(line, &mut path);
                        line = name.span().start().line;
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end(line, &mut path);
                    self.tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.end(line, &mut path),
            }
        }
        self.end(line, &mut path);
    }

    fn end(&mut self, line: usize, path: &mut ModulePath) {
        if path.len() > 1 {
            self.paths.push((line, std::mem::take(path)));
        }
        path.clear();
    }
}

/// Whether an item is there in tests only.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

impl<'a> Visit<'a> for Reader {
    fn visit_item(&mut self, item: &'a syn::Item) {
        let top = self.inside == 0;
        match item {
            syn::Item::Mod(module) if is_test(&module.attrs) => return,
            syn::Item::Fn(function) if is_test(&function.attrs) => return,
            syn::Item::Impl(of) if is_test(&of.attrs) => return,
            syn::Item::Mod(module) if module.content.is_none() => {
                self.children.push(module.ident.to_string());
            }
            syn::Item::Struct(of) if top => self.item(&of.ident, &of.vis, true),
            syn::Item::Enum(of) if top => self.item(&of.ident, &of.vis, true),
            syn::Item::Trait(of) if top => self.item(&of.ident, &of.vis, true),
            syn::Item::Type(of) if top => self.item(&of.ident, &of.vis, true),
            syn::Item::Fn(of) if top => self.item(&of.sig.ident, &of.vis, false),
            syn::Item::Const(of) if top => self.item(&of.ident, &of.vis, false),
            syn::Item::Static(of) if top => self.item(&of.ident, &of.vis, false),
            _ => {}
        }
        self.members(item);
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        self.inside += 1;
        visit::visit_item_mod(self, module);
        self.inside -= 1;
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.use_tree(&[], &item.tree);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let names: ModulePath = path
            .segments
            .iter()
            .map(|part| part.ident.to_string())
            .collect();
        if names.len() > 1
            && let Some(first) = path.segments.first()
        {
            self.paths.push((first.ident.span().start().line, names));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

/// The names of a module's path, written as one.
fn written(path: &[String]) -> String {
    path.join("::")
}

/// The set of all parents of modules: the folders, so to speak.
fn folders() -> BTreeSet<&'static [String]> {
    let modules = HOUSE.modules.keys();
    modules
        .filter_map(|path| path.split_last())
        .map(|(_, parent)| parent)
        .filter(|parent| !parent.is_empty())
        .collect()
}
