"""A real ComfyUI server in a process of its own, with the pack in its custom_nodes, asked over HTTP."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PACK = Path(__file__).parents[2]
IGNORED = shutil.ignore_patterns(".*", "__pycache__", "tests", "output", "benchmarks")


class Server:
    """ComfyUI in a process of its own, on the CPU, in a fresh base folder."""

    def __init__(self, checkout: Path, base: Path, *arguments: str):
        shutil.copytree(PACK, base / "custom_nodes" / "JAM-Flow", ignore=IGNORED)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base = base
        self.url, self.log = f"http://127.0.0.1:{port}", base / "log.txt"
        command = [
            sys.executable,
            str(checkout / "main.py"),
            "--cpu",
            "--base-directory",
            str(base),
            "--port",
            str(port),
        ]
        command += arguments
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=base)

    def wait(self, seconds: float = 900):
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
        request = urllib.request.Request(
            self.url + path, json.dumps(data).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def queue(self, graph: dict) -> str:
        """Queue an API-format graph; its number."""
        return self.post("/prompt", {"prompt": graph})["prompt_id"]

    def run(self, graph: dict, seconds: float = 3600) -> dict:
        """Queue a graph and wait for its end: its outputs, AssertionError with the server's words if it failed."""
        done = self.finished(self.queue(graph), seconds)
        assert done["status"]["status_str"] == "success", done["status"]["messages"][-1]
        return done["outputs"]

    def refusal(self, graph: dict) -> str:
        """The first words that a browser would show of why this graph is refused or fails."""
        try:
            done = self.finished(self.queue(graph), 900)
        except urllib.error.HTTPError as refused:
            errors = json.loads(refused.read())["node_errors"]
            return next(error["details"].split(" - ", 1)[-1] for node in errors.values() for error in node["errors"])
        assert done["status"]["status_str"] == "error", "this graph ran"
        return next(
            data["exception_message"] for event, data in done["status"]["messages"] if event == "execution_error"
        )

    def finished(self, number: str, seconds: float = 3600) -> dict:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            history = self.get(f"/history/{number}")
            if number in history:
                return history[number]
            time.sleep(0.2)
        raise TimeoutError(f"not within {seconds} s: {self.text()[-2000:]}")
