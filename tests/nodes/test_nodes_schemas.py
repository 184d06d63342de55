"""The nodes' ids, inputs and outputs are permanent: shared graphs hold them. Also: everything says what it is."""

import json
from pathlib import Path

import pytest

PACK = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("schemas.json")
LOCALES = ("en", "zh", "ja", "ko")


def frozen(node) -> dict:
    """What a saved graph relies on: ids and types of inputs and outputs, in order, and combo choices of our own."""
    schema = node.GET_SCHEMA()
    return {
        "inputs": {item.id: {"type": item.get_io_type(), "optional": bool(item.optional)} for item in schema.inputs},
        "outputs": [item.io_type for item in schema.outputs],
    }


@pytest.fixture(scope="module")
def nodes(host):
    return host.classes


def test_schemas_are_those_of_the_snapshot(nodes, request):
    now = {key: frozen(node) for key, node in sorted(nodes.items())}
    if request.config.getoption("--freeze", default=False):
        SNAPSHOT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    before = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    for key, schema in before.items():
        assert key in now, f"{key} is gone: graphs that use it break"
        assert list(now[key]["inputs"])[: len(schema["inputs"])] == list(schema["inputs"]), key
        assert now[key]["outputs"][: len(schema["outputs"])] == schema["outputs"], key
    assert now == before, "new nodes or sockets: look at the difference, then run pytest with --freeze"


def test_everything_is_described(nodes):
    for key, node in nodes.items():
        schema = node.GET_SCHEMA()
        assert schema.category.startswith("JAM-Flow"), key
        assert schema.description and schema.display_name.startswith(("JAM-Flow", "Load JAM-Flow")), key
        for item in (*schema.inputs, *schema.outputs):
            assert item.tooltip and len(item.tooltip) > 15, f"{key}: {item.id or item.display_name} has no tooltip"
        for item in schema.outputs:
            assert item.display_name, f"{key}: an output has no name"


@pytest.mark.parametrize("language", LOCALES)
def test_locales_cover_every_word(nodes, language):
    texts = json.loads((PACK / "locales" / language / "nodeDefs.json").read_text(encoding="utf-8"))
    assert sorted(texts) == sorted(nodes)
    for key, node in nodes.items():
        schema, text = node.GET_SCHEMA(), texts[key]
        assert text["display_name"] and text["description"], key
        assert set(text["inputs"]) == {item.id for item in schema.inputs}, key
        assert list(text["outputs"]) == [str(index) for index in range(len(schema.outputs))], key
        for item in (*text.get("inputs", {}).values(), *text["outputs"].values()):
            assert item["name"] and item["tooltip"], key
        if language == "en":
            assert text["description"] == schema.description, key
            for item in schema.inputs:
                assert text["inputs"][item.id]["tooltip"] == item.tooltip, f"{key}: {item.id}"


def test_every_node_has_a_help_page_with_a_picture(nodes):
    docs = PACK / "web" / "docs"
    pages = {page.stem for page in docs.glob("*.md")}
    assert pages == set(nodes)
    for page in docs.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        pictures = [part.split(")")[0] for part in text.split("](")[1:]]
        assert any((docs / name).is_file() for name in pictures), f"{page.name} shows no picture"
        assert not [name for name in pictures if not name.startswith("http") and not (docs / name).is_file()], page.name
    for key in nodes:
        pages = [docs / key / f"{language}.md" for language in LOCALES[1:]]
        assert all(page.is_file() for page in pages), f"{key}: its help is not translated"


def test_the_steps_of_the_second_pass_are_told(nodes):
    from jamflow_core.tasks.settings import DEFAULTS

    polish = {job: settings.polish for job, settings in DEFAULTS.items()}
    assert set(polish.values()) == {0, polish["speak"]} and polish["animate"] == 0
    for key in ("JamFlowJointSampler", "JamFlowScript"):
        (steps,) = (item for item in nodes[key].GET_SCHEMA().inputs if item.id == "steps")
        assert f"Speech gets {polish['speak']} more" in steps.tooltip
