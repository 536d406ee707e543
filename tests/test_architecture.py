"""Holds the layout: who may import whom, what stays pure, sizes, one reader of the clock, a true README tree."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("perception", "memory", "reasoning", "streamer")
PACKAGES = ("wire", *STAGES, "models", "workbench", "bench", "config", "launch")
MAX_FILE, MAX_FUNCTION, MAX_CLASS = 500, 60, 250

# Which packages of ours a module of the package may import. `bench` may import anything.
ALLOWED = {
    "wire": {"wire", "config"},
    "perception": {"perception", "wire"},
    "memory": {"memory", "wire"},
    "reasoning": {"reasoning", "wire"},
    "streamer": {"streamer", "wire"},
    "models": {"models"},
    "config": {"config"},
    "launch": {"wire"},
    "workbench": {"workbench", "models", "wire", "config"},
}
# What else of other packages a package may import: the workbench uses backends by hand and reads the same files.
DOORS = {"workbench": r"(perception|memory|reasoning)\.backends\b|streamer\.(media|pictures|probe|times)\b"}
# Libraries that have no place in a package.
FORBIDDEN_LIBRARIES = {"wire": {"torch", "cv2", "av", "aiohttp", "transformers", "onnxruntime"}}
RUNS_NETWORKS = {"wire.onnx_session": {"onnxruntime"}}  # for the backends that do
# What a decision must not know. The modules that move messages, read files and devices, or draw, are named here.
IMPURE = {"zmq", "torch", "transformers", "asyncio", "threading", "time", "wire.clock", "wire.service", "wire.worker"}
PLAIN = ("wire.messages", "wire.low_rank", "wire.made_once", "wire.onnx_graph", "wire.onnx_session")
MOVERS = {"service", "__main__", "cli"}
MOVING_MODULES = {
    "perception.session",  # the lanes of one session, between the workers
    "perception.outlet",  # what one session sends, in its order
    "memory.door",  # a socket for commands
    "memory.folders",  # opens and closes what a session's memory consists of
    "memory.steward",  # erasing and upkeep, across workers and processes
    "memory.desk",  # one session's errands between store, recall and the models' worker
    "memory.looking",  # what the edge asks to see, from the same workers
    "memory.question_recall",  # what the encoder and the disk do at the same time
    "reasoning.residence",  # has a worker read ahead
    "streamer.replay",  # the tasks and the pacing of a replay
    "streamer.source",  # decodes a file in a worker
}


@dataclass(frozen=True)
class Module:
    """A product file. name: dotted, "perception.backends.fake"."""

    name: str
    path: Path
    tree: ast.Module
    n_lines: int

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]

    @property
    def is_backend(self) -> bool:
        parts = self.name.split(".")
        return len(parts) > 2 and parts[1] == "backends"


def parse(name: str, source: str, path: Path = Path("x.py")) -> Module:
    return Module(name, path, ast.parse(source), source.count("\n"))


def product() -> Iterator[Module]:
    """Every product file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    for relative in sorted(listed):
        path = ROOT / relative
        if relative.startswith("tests/") or not path.exists():
            continue
        name = relative.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        yield parse(name, path.read_text(encoding="utf-8"), path.relative_to(ROOT))


PRODUCT = list(product())


def imports(module: Module, *, lazy: bool = True) -> set[str]:
    """Dotted names that a module imports; without `lazy`, only what importing it imports."""
    found: set[str] = set()
    for node in ast.walk(module.tree) if lazy else module.tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def ours(names: set[str]) -> set[str]:
    return {name for name in names if name.partition(".")[0] in PACKAGES}


def libraries(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


# ---- the rules: each gives sentences about what breaks it ----------------------------------------------------------


def foreign_imports(module: Module) -> list[str]:
    """Imports across a border that the table does not open."""
    allowed = ALLOWED.get(module.package)
    if allowed is None:
        return []
    if module.is_backend:
        allowed = allowed | {"models"}
    found = []
    for name in ours(imports(module)):
        package = name.partition(".")[0]
        is_command = module.name == "launch" and name not in ours(imports(module, lazy=False))
        door = DOORS.get(module.package)
        if (
            package in allowed
            or (door and re.match(door, name))
            or (is_command and re.match(rf"{package}\.cli\b|bench\b|{package}$", name))
        ):
            continue
        found.append(f"{module.path} imports {name}")
    forbidden = FORBIDDEN_LIBRARIES.get(module.package, set()) - RUNS_NETWORKS.get(module.name, set())
    bad = forbidden & libraries(imports(module))
    return found + [f"{module.path} imports {name}" for name in sorted(bad)]


def backend_imports(module: Module) -> list[str]:
    """A backend knows its contract, its own package's pure modules and its library: no loop, no thread, and of the wire
    only types and a file format."""
    leaf = module.name.rpartition(".")[2]
    if not module.is_backend or leaf == "base":
        return []
    names = imports(module)
    bad = {n for n in names if n.startswith("wire.") and not n.startswith(PLAIN)}
    bad |= {"asyncio", "zmq", "threading", "multiprocessing"} & libraries(names)
    own = rf"{module.package}\.(service|__main__|cli)\b"
    bad |= {n for n in names if re.match(own, n)}
    return [f"{module.path} imports {name}" for name in sorted(bad)]


def impurity(module: Module) -> list[str]:
    """What a module that decides must not import."""
    leaf = module.name.rpartition(".")[2]
    is_package_init = module.path.name == "__init__.py"
    if module.package not in STAGES or module.is_backend or leaf in MOVERS or is_package_init:
        return []
    if module.name in MOVING_MODULES:
        return []
    return [f"{module.path} imports {name}" for name in sorted(imports(module)) if name in IMPURE]


def clock_reads(module: Module) -> list[str]:
    """Only wire/clock.py reads time or sleeps; bench measures."""
    if module.name == "wire.clock" or module.package == "bench":
        return []
    found = [f"{module.path} imports {name}" for name in imports(module) if name.partition(".")[0] == "time"]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called = f"{node.value.id}.{node.attr}"
            if called in ("asyncio.sleep", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"):
                found.append(f"{module.path}:{node.lineno} reads time: {called}")
    return found


def oversize(module: Module) -> list[str]:
    found = []
    if module.n_lines > MAX_FILE:
        found.append(f"{module.path} has {module.n_lines} lines, at most {MAX_FILE}")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            limit = MAX_CLASS if isinstance(node, ast.ClassDef) else MAX_FUNCTION
            n_lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if n_lines > limit:
                found.append(f"{module.path}:{node.lineno} {node.name} has {n_lines} lines, at most {limit}")
    return found


Rule = Callable[[Module], list[str]]
RULES: tuple[Rule, ...] = (foreign_imports, backend_imports, impurity, clock_reads, oversize)


@pytest.mark.parametrize("rule", RULES, ids=[rule.__name__ for rule in RULES])
def test_product_keeps_the_rule(rule: Rule) -> None:
    broken = [sentence for module in PRODUCT for sentence in rule(module)]
    assert not broken, "\n".join(broken)


def test_nothing_imports_bench() -> None:
    importers = [
        m.name for m in PRODUCT
        if m.package not in ("bench", "launch") and any(n.partition(".")[0] == "bench" for n in imports(m))
    ]  # fmt: skip
    assert importers == []


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (foreign_imports, "memory.store", "import perception.turns\n"),
        (foreign_imports, "memory.store", "def f():\n    from reasoning import prompt\n"),
        (foreign_imports, "wire.link", "import torch\n"),
        (foreign_imports, "launch", "import streamer.cli\n"),
        (foreign_imports, "launch", "def f():\n    from streamer.replay import x\n"),
        (foreign_imports, "models.clip", "import wire.messages\n"),
        (foreign_imports, "workbench.api", "import reasoning.service\n"),
        (foreign_imports, "models.clip", "import workbench.api\n"),
        (foreign_imports, "memory.store", "import models.clip\n"),
        (backend_imports, "perception.backends.x", "import asyncio\n"),
        (backend_imports, "memory.backends.x", "from wire import registry\n"),
        (impurity, "memory.recall", "import asyncio\n"),
        (impurity, "reasoning.phrases", "from wire import clock\n"),
        (clock_reads, "memory.store", "import time\n"),
        (clock_reads, "memory.service", "async def f():\n    await asyncio.sleep(1)\n"),
        (clock_reads, "memory.service", "x = datetime.now()\n"),
        (oversize, "memory.store", "def f():\n" + "    x = 1\n" * 60),
        (oversize, "memory.store", "class A:\n" + "    x = 1\n" * 250),
        (oversize, "memory.store", "x = 1\n" * 501),
    ],
)
def test_rule_bites(rule: Rule, name: str, source: str) -> None:
    assert rule(parse(name, source))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("launch", "def f():\n    from streamer import cli\n"),
        ("perception.backends.x", "import models.clip\nfrom perception.backends.base import Pcm\n"),
        ("bench.x", "import time\nimport memory.store\n"),
        ("workbench.talkers", "from reasoning.backends import LLM\nimport models.clip\n"),
        ("memory.service", "import asyncio\nfrom wire.worker import Worker\n"),
    ],
)
def test_rules_allow(name: str, source: str) -> None:
    module = parse(name, source)
    assert [sentence for rule in RULES for sentence in rule(module)] == []


# ---- the README's tree ---------------------------------------------------------------------------------------------


def tree_of(readme: str) -> dict[str, str]:
    """path -> description, from the fenced block under "## Where things are"; two spaces a level."""
    block = re.search(r"^## Where things are\n.*?```\w*\n(.*?)```", readme, re.S | re.M)
    assert block, "README has no tree"
    folders: list[str] = []
    found: dict[str, str] = {}
    for line in block[1].splitlines():
        if not line.strip():
            continue
        name, _, said = line.strip().partition(" ")
        depth = (len(line) - len(line.lstrip())) // 2
        folders[depth:] = [name] if name.endswith("/") else []
        path = "".join(folders[:depth]) + name
        assert path not in found, f"{path} stands twice in the tree"
        found[path] = said.strip()
    return found


def test_readme_tree_is_true() -> None:
    listed = tree_of((ROOT / "README.md").read_text(encoding="utf-8"))
    # An empty __init__.py only marks a package; tests are named by their folder.
    files = {str(m.path) for m in PRODUCT if m.path.name != "__init__.py" or len(m.tree.body) > 1}
    files |= {str(p.relative_to(ROOT)) for p in (ROOT / "config").glob("*.toml")}
    files |= {str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md")}
    files |= {str(p.relative_to(ROOT)) for p in (ROOT / "streamer").rglob("*.j2")}
    assert sorted(files - listed.keys()) == [], "files that the tree does not name"
    assert sorted(p for p in listed if not (ROOT / p).exists()) == [], "names without a file"
    assert [p for p, said in listed.items() if not said] == [], "entries without a word of description"
