"""A real ComfyUI server with the pack in custom_nodes: what a browser asks it for, and a graph queued over HTTP."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import graphs as g
import pytest

PACK = Path(__file__).parents[2]
IGNORED = shutil.ignore_patterns(".*", "__pycache__", "tests", "output", "benchmarks")


class Server:
    """ComfyUI in a process of its own, on the CPU, in a fresh base folder."""

    def __init__(self, checkout: Path, base: Path):
        shutil.copytree(PACK, base / "custom_nodes" / "JAM-Flow", ignore=IGNORED)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url, self.log = f"http://127.0.0.1:{port}", base / "log.txt"
        command = [sys.executable, str(checkout / "main.py"), "--cpu", "--base-directory", str(base), "--port", str(port)]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=base)

    def wait(self, seconds: float = 300):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, self.text()[-3000:]
            try:
                return self.get("/system_stats")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.3)
        raise TimeoutError(self.text()[-3000:])

    def text(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text(encoding="utf-8", errors="replace"))

    def get(self, path: str):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            body = answer.read()
        return json.loads(body) if answer.headers.get_content_type() == "application/json" else body

    def post(self, path: str, data: dict):
        request = urllib.request.Request(self.url + path, json.dumps(data).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def finished(self, number: str, seconds: float = 600) -> dict:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            history = self.get(f"/history/{number}")
            if number in history:
                return history[number]
            time.sleep(0.2)
        raise TimeoutError(f"not within {seconds} s: {self.text()[-2000:]}")


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
        server.process.terminate()
        server.process.wait(30)


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
    stopped = server.finished(number, 60)
    assert "execution_interrupted" in [event for event, _ in stopped["status"]["messages"]]

    number = server.post("/prompt", {"prompt": g.speak("And again.")})["prompt_id"]
    assert server.finished(number)["status"]["status_str"] == "success"


def test_a_wrong_graph_is_refused_with_words(server):
    graph = {**g.loader(), **g.sampler(), **g.look(["sample", 2])}
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.post("/prompt", {"prompt": graph})
    assert "JAM-Flow Joint Sampler: connect a text to speak" in refused.value.read().decode()
