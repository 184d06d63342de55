"""A real ComfyUI server with the pack in custom_nodes: what a browser asks it for, and a graph queued over HTTP."""

import json
import os
import re
import time
import urllib.error
from pathlib import Path

import graphs as g
import pytest
from comfy_server import PACK, Server
from test_nodes_refusals import WRONG
from ui_format import subgraph_to_api, to_api

WORKFLOWS = sorted((PACK / "workflows").glob("*.json"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    checkout = os.environ.get("COMFYUI_PATH")
    if not checkout:
        pytest.skip("needs a real ComfyUI: set COMFYUI_PATH to a checkout of 0.33 or newer")
    server = Server(Path(checkout).resolve(), tmp_path_factory.mktemp("server"))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def test_it_starts_without_a_word_of_warning(server):
    log = server.text()
    assert re.search(r"seconds: .*JAM-Flow", log)
    assert not re.search(r"IMPORT FAILED|Cannot import|Error while calling comfy_entrypoint|consider renaming", log)
    nodes = server.get("/object_info")
    assert {"LoadJamFlow", "JamFlowJointSampler", "JamFlowPortraitRender"} <= set(nodes)


def test_help_texts_workflows_and_subgraph_are_served(server):
    assert server.get("/extensions/JAM-Flow/docs/JamFlowJointSampler.md").startswith(b"# JAM-Flow Joint Sampler")
    texts = server.get("/i18n")
    for language in ("en", "zh", "ja", "ko"):
        assert "LoadJamFlow" in texts[language]["nodeDefs"]
    listed = server.get("/workflow_templates")["JAM-Flow"]
    assert set(listed) == {path.stem for path in (PACK / "workflows").glob("*.json")}
    for name in listed:
        assert server.get(f"/api/workflow_templates/JAM-Flow/{name}.jpg")[:3] == b"\xff\xd8\xff"
    assert any(entry["name"] == "Talking portrait" for entry in server.get("/global_subgraphs").values())


def test_a_graph_runs_is_cancelled_and_runs_again(server):
    number = server.post("/prompt", {"prompt": g.speak()})["prompt_id"]
    done = server.finished(number)
    assert done["status"]["status_str"] == "success"
    assert done["outputs"]["video"]["images"][0]["filename"].endswith(".mp4")

    number = server.post("/prompt", {"prompt": g.speak("A long story. " * 40, steps=64)})["prompt_id"]
    while number not in json.dumps(server.get("/queue")["queue_running"]):
        time.sleep(0.05)
    time.sleep(2)
    server.post("/interrupt", {})
    stopped = server.finished(number, 900)
    assert "execution_interrupted" in [event for event, _ in stopped["status"]["messages"]]

    number = server.post("/prompt", {"prompt": g.speak("And again.")})["prompt_id"]
    assert server.finished(number)["status"]["status_str"] == "success"


def test_a_wrong_graph_is_refused_with_words(server):
    graph = {**g.loader(), **g.sampler(), **g.look(["sample", 2])}
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.post("/prompt", {"prompt": graph})
    assert "JAM-Flow Joint Sampler: nothing says what to make: connect a text to speak" in refused.value.read().decode()


def embedded(graph: dict) -> bool:
    """Whether a graph runs on a fresh install: no node of it asks for a file that is not there."""
    return not any(node["class_type"] == "CheckpointLoaderSimple" for node in graph.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_runs_unmodified(server, path):
    graph = to_api(json.loads(path.read_text(encoding="utf-8")))
    if not embedded(graph):
        pytest.skip("needs an image checkpoint")
    outputs = server.run(graph)
    made = [
        file["filename"] for output in outputs.values() for key in ("images", "audio") for file in output.get(key, ())
    ]
    assert any(name.endswith((".mp4", ".flac")) for name in made)


def test_subgraph_runs(server):
    (path,) = (PACK / "subgraphs").glob("*.json")
    graph = subgraph_to_api(json.loads(path.read_text(encoding="utf-8")))
    (render,) = (key for key, node in graph.items() if node["class_type"] == "JamFlowPortraitRender")
    assert server.run({**graph, **g.save_video((render, 0))})["video"]["images"]


@pytest.mark.parametrize("case", WRONG)
def test_wrong_graph_is_refused_and_the_server_lives_on(server, case):
    graph, words = WRONG[case]
    told = server.refusal(graph)
    assert told.startswith(words) if words.startswith(("JAM-Flow", "Load JAM-Flow")) else words in told
    assert server.get("/system_stats")
