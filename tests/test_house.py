"""The rules of the house, read off the source text: what reviewers would otherwise have to look for.

Each rule is a function from text to findings, so that a planted fault can show that the rule still bites.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 450

# The only places that may break a rule, each with its reason.
BORROWED = "src/attain/web/borrowed/"
"""Tables of libraries: what their migrations name is theirs."""
ALLOWED = {
    ("src/attain/kernel/ports.py", "clock"): "the clock port itself",
    ("src/attain/kernel/ports.py", "chance"): "the port of randomness itself",
    ("src/attain/kernel/ids.py", "chance"): "the port of ids itself",
    ("src/attain/kernel/files.py", "write"): "the file port itself",
}

CLOCK = re.compile(
    r"datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today|time\.(time|time_ns|localtime|gmtime|ctime)"
    r"|django\.utils\.timezone\.(now|localtime|localdate)"
)
CHANCE = re.compile(
    r"uuid\.uuid[1467]|random\..+|secrets\..+|os\.urandom|numpy\.random\..+|django\.utils\.crypto\.get_random_string"
)
UNSAFE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle"}
"""Whoever reads these formats runs what is in them."""
WRITING_METHODS = {"write_text", "write_bytes", "touch"}

# Rooms with a closed list of what they may import of ours. The linter holds the other arrows.
CLOSED_ROOMS = {
    "kernel": ("attain.kernel",),
    "checker": ("attain.checker", "attain.kernel", "attain.plans", "attain.facts.snapshot"),
}


@cache
def tracked(suffix: str = "") -> tuple[Path, ...]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = (ROOT / name for name in listing.split("\0") if name.endswith(suffix) and name)
    return tuple(path for path in paths if path.is_file())


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in tracked(".py"):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("src/"):
            yield name, ast.parse(path.read_text(encoding="utf-8"), name)


def imported_names(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: `from datetime import datetime as dt` gives dt -> datetime.datetime."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return names


def dotted(node: ast.AST, names: dict[str, str]) -> str:
    """The full name of an imported thing, or nothing for a name of the module's own."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def opens_for_writing(call: ast.Call, names: dict[str, str]) -> bool:
    """Whether this is open(…) or path.open(…) with a mode that writes, or with one that cannot be read here."""
    function = call.func
    if isinstance(function, ast.Name) and function.id == "open" and "open" not in names:
        place = 1
    elif dotted(function, names) == "io.open":
        place = 1
    elif isinstance(function, ast.Attribute) and function.attr == "open" and not dotted(function, names):
        place = 0
    else:
        return False
    keyword = next((word.value for word in call.keywords if word.arg == "mode"), None)
    mode = keyword or (call.args[place] if len(call.args) > place else None)
    if mode is None:
        return False
    return not isinstance(mode, ast.Constant) or bool(set(str(mode.value)) & set("wax+"))


def breaches(tree: ast.Module) -> Iterator[tuple[str, int, str]]:
    """(rule, line, what was found) for each use of clock, chance or writing that belongs behind a port."""
    names = imported_names(tree)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        name = dotted(node, names)
        if CLOCK.fullmatch(name):
            yield "clock", node.lineno, name
        elif CHANCE.fullmatch(name) and (name != "random.Random" or id(node) in called):
            yield "chance", node.lineno, name  # random.Random as the type of a parameter is welcome
        if isinstance(node, ast.Call) and opens_for_writing(node, names):
            yield "write", node.lineno, "open for writing"
        elif isinstance(node, ast.Attribute) and node.attr in WRITING_METHODS:
            yield "write", node.lineno, node.attr


def imports_of_ours(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Full names; an import that starts with a dot stays in its room, as ruff refuses those that climb."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        else:
            continue
        yield from ((node.lineno, name) for name in found if name.startswith("attain."))


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def text_faults(text: str) -> Iterator[tuple[int, str]]:
    """Addresses of package registries, and paths that exist on one machine only."""
    # Written in pieces, as this file is read by its own rule.
    hosts = "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "deb" + r"\.debian\.org"])
    homes = r"(?<![\w.*/-])/(root|home|Users|work|mnt)/\w"
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.search(f"{hosts}|{homes}", line):
            yield number, found.group()


def test_clock_chance_and_writing_stay_behind_the_ports() -> None:
    """A run must be repeatable from its inputs, and every write must go through the publish protocol."""
    found = [
        f"{name}:{line}  {what}  [{rule}]"
        for name, tree in modules()
        for rule, line, what in breaches(tree)
        if (name, rule) not in ALLOWED and not name.startswith(BORROWED)
    ]
    assert not found, "Use attain.kernel.ports instead:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("from datetime import datetime as dt\nx = dt.now()", "clock"),
        ("import datetime\nx = datetime.date.today()", "clock"),
        ("import time as t\nx = t.time()", "clock"),
        ("from django.utils import timezone\nx = timezone.now", "clock"),
        ("import uuid\nx = field(default_factory=uuid.uuid4)", "chance"),
        ("from random import choice\nx = choice([1])", "chance"),
        ("import random\nx = random.Random()", "chance"),
        ("import secrets\nx = secrets.token_hex()", "chance"),
        ("x = open('pay.csv', 'w')", "write"),
        ("x = open('pay.csv', mode=given)", "write"),
        ("x = path.open('ab')", "write"),
        ("path.write_text('1')", "write"),
    ],
)
def test_the_rule_about_ports_finds_a_planted_breach(source: str, rule: str) -> None:
    assert [found for found, _, _ in breaches(ast.parse(source))] == [rule]


@pytest.mark.parametrize(
    "source",
    [
        "def f(clock): return clock.now()",
        "x = open('pay.csv')",
        "x = path.open('rb')",
        "import time\nx = time.monotonic()",
        "import random\ndef f(dice: random.Random): return dice.random()",
    ],
)
def test_the_rule_about_ports_leaves_honest_code_alone(source: str) -> None:
    assert not list(breaches(ast.parse(source)))


def unsafe_formats(tree: ast.AST) -> set[str]:
    return {name.split(".")[0] for name in imported_names(tree).values()} & UNSAFE


def test_nothing_is_read_that_could_run() -> None:
    found = {name: formats for name, tree in modules() if (formats := unsafe_formats(tree))}
    assert not found, "Use JSON instead."


@pytest.mark.parametrize("source", ["import pickle as p", "from marshal import loads", "import shelve"])
def test_the_rule_about_unsafe_formats_finds_a_planted_one(source: str) -> None:
    assert unsafe_formats(ast.parse(source))


def test_every_exemption_is_still_needed() -> None:
    """An exemption that nothing uses any more would hide the next breach."""
    used = {(name, rule) for name, tree in modules() for rule, _, _ in breaches(tree)}
    present = {name for name, _ in modules()}
    assert not [entry for entry in ALLOWED if entry[0] in present and entry not in used]


def test_closed_rooms_import_nothing_else_of_ours() -> None:
    """The checker can vouch for the engine only as long as it shares no calculation with it."""
    found = []
    for name, tree in modules():
        allowed = CLOSED_ROOMS.get(name.split("/")[2].removesuffix(".py"), ("attain",))
        found += [f"{name}:{line}  {used}" for line, used in imports_of_ours(tree) if not is_within(used, allowed)]
    assert not found, "\n".join(found)


def test_an_import_of_another_room_is_seen_in_each_spelling() -> None:
    source = "import attain.engine.run\nfrom attain.facts import schema\nfrom attain import metrics\nimport json"
    used = [name for _, name in imports_of_ours(ast.parse(source))]
    assert used == ["attain.engine.run", "attain.facts.schema", "attain.metrics"]
    assert not [name for name in used if is_within(name, CLOSED_ROOMS["checker"])]
    assert is_within("attain.facts.snapshot.Snapshot", CLOSED_ROOMS["checker"])


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked(".py")
        if "migrations" not in path.parts
    }
    assert not {name: length for name, length in lengths.items() if length > LONGEST_MODULE}


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a workbook
        found += [f"{path.relative_to(ROOT)}:{line}  {what}" for line, what in text_faults(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", ["https://pypi" + ".org/simple", "cd /ro" + "ot/attain", 'open("/ho' + 'me/ada/x")'])
def test_the_rule_about_addresses_finds_a_planted_one(line: str) -> None:
    assert list(text_faults(line))


@pytest.mark.parametrize("line", ["https://example.com/home/ada", "src/work/x", "path('/pay/', view)"])
def test_the_rule_about_addresses_leaves_other_paths_alone(line: str) -> None:
    assert not list(text_faults(line))


def missing_targets(page: Path) -> list[str]:
    """Links of a page that lead to no file or folder here; addresses and anchors are not followed."""
    links = re.findall(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return [link for link in links if "://" not in link and not (page.parent / link).exists()]


def test_every_link_between_pages_leads_somewhere() -> None:
    missing = {page.relative_to(ROOT).as_posix(): missing_targets(page) for page in tracked(".md")}
    assert not {page: links for page, links in missing.items() if links}


def test_the_rule_about_links_finds_a_planted_one(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](gone.md#part) [b](https://example.com/x) [c](#here)")
    assert missing_targets(page) == ["gone.md"]


def test_every_locked_package_has_hashes_and_none_an_address() -> None:
    """What is installed must be what was reviewed, wherever it is fetched from."""
    for name, least in (("requirements.lock", 30), ("requirements-spark.lock", 2)):
        lock = (ROOT / name).read_text(encoding="utf-8")
        said = "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
        entries = re.split(r"\n(?=\S)", said)
        assert len(entries) >= least
        assert not [each.split()[0] for each in entries if "--hash=sha256:" not in each or "==" not in each.split()[0]]
        assert "http" not in lock and "://" not in lock


def locked(name: str) -> dict[str, set[str]]:
    """Package -> its versions, one for each range of Python."""
    versions: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.M):
        versions.setdefault(package, set()).add(version)
    return versions


def test_what_only_the_tests_of_spark_need_is_in_a_lock_of_its_own() -> None:
    """`make demo` fetches no PySpark; what both locks name, they name in the same version."""
    everybody, spark = locked("requirements.lock"), locked("requirements-spark.lock")
    assert "pyspark" in spark and "pyspark" not in everybody
    assert all(versions == everybody[name] for name, versions in spark.items() if name in everybody)


def test_importing_attain_loads_nothing_heavy() -> None:
    """`attain --help` answers at once only if the package itself stays empty."""
    tree = ast.parse((ROOT / "src/attain/__init__.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
