"""The floors of the house: which package of jamflow_core may import which."""

import ast
from pathlib import Path

CORE = Path(__file__).parent.parent / "jamflow_core"
# From the ground up: a package imports only itself and what stands before it.
FLOORS = [
    "errors",
    "parts",
    "clock",
    "progress",
    "tokens",
    "config",
    "atomic",
    "meta_init",
    "placed",
    "text",
    "audio",
    "motion",
    "media",
    "face",
    "model",
    "flow",
    "align",
    "render",
    "catalog",
    "models",
    "tasks",
    "train",
    "cli",
]
GROUND = FLOORS[: FLOORS.index("text")]
# Imports that still point up, one "file -> package" each. The list only ever gets shorter.
ALLOWED: set[str] = set()


def imports_of(path: Path) -> set[str]:
    """Absolute names of what a file imports from jamflow_core, those inside functions and for type checkers too."""
    package = ("jamflow_core", *path.relative_to(CORE).parent.parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = node.module.split(".") if node.module else []
            if module:
                found.add(".".join((*base, *module)))
            else:
                found |= {".".join((*base, alias.name)) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("jamflow_core"):
            found.add(node.module)
    return {name for name in found if name != "jamflow_core"}


def floor_of(name: str) -> str:
    return name.split(".")[1]


def files() -> list[Path]:
    return [
        path
        for path in sorted(CORE.rglob("*.py"))
        if path.name != "__main__.py" and path.parent != CORE or path.stem in FLOORS
    ]


def test_every_package_has_its_floor():
    packages = {path.relative_to(CORE).parts[0].removesuffix(".py") for path in files()} - {"__init__"}
    assert packages == set(FLOORS)


def test_nothing_imports_what_stands_above_it():
    upward = set()
    for path in files():
        own = path.relative_to(CORE).parts[0].removesuffix(".py")
        for name in imports_of(path):
            if FLOORS.index(floor_of(name)) > FLOORS.index(own):
                upward.add(f"{path.relative_to(CORE).as_posix()} -> {floor_of(name)}")
    assert not upward - ALLOWED, "these imports point up: move the code or what it needs"
    assert not ALLOWED - upward, "these are mended: take them off the list"


def test_files_form_no_circle():
    graph = {}
    for path in files():
        parts = path.relative_to(CORE).with_suffix("").parts
        graph[".".join(("jamflow_core", *parts)).removesuffix(".__init__")] = imports_of(path)
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above[above.index(name) :], name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                walk(other, (*above, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def test_the_core_knows_nothing_of_comfyui():
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            outside = [
                name
                for name in names
                if name.split(".")[0] in ("comfy", "comfy_api", "folder_paths", "nodes", "server")
            ]
            assert not outside, f"{path.relative_to(CORE)} imports {outside}"


def test_torchaudio_and_vocos_stay_behind_the_doors_of_audio():
    for path in files():
        if path.relative_to(CORE).parts[0] == "audio":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert not {"torchaudio", "vocos"} & {name.split(".")[0] for name in names}, path.relative_to(CORE)


def test_files_are_short_and_functions_take_few_parameters():
    """At most 300 lines, and 7 parameters besides self and cls."""
    long, many = set(), set()
    for path in CORE.rglob("*.py"):
        name, text = path.relative_to(CORE).as_posix(), path.read_text(encoding="utf-8")
        if len(text.splitlines()) > 300:
            long.add(name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                given = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                if len([arg for arg in given if arg not in ("self", "cls")]) > 7:
                    many.add(f"{name} {node.name}")
    assert not long and not many, "split these"
