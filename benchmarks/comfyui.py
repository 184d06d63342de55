"""The pack on a real ComfyUI server: start-up, every workflow, the cache, cancelling, memory of a long clip.

    COMFYUI_PATH=<a checkout of 0.33 or newer> python benchmarks/comfyui.py [--part import start workflows cache cancel
    memory]

Run it with the Python that runs ComfyUI. Every figure is printed on a line of its own; nothing is asserted.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import aiohttp
import psutil

PACK = Path(__file__).parents[1]
sys.path[:0] = [str(PACK), str(PACK / "tests" / "nodes")]

import graphs as g  # noqa: E402
from comfy_server import IGNORED, Server  # noqa: E402
from ui_format import to_api  # noqa: E402

PARTS = ("import", "start", "workflows", "cache", "cancel", "memory")


class Listener:
    """What the server tells a browser, as it comes: (moment, event, data)."""

    def __init__(self, server: Server):
        self.name, self.heard = uuid.uuid4().hex, []
        self.url = f"{server.url.replace('http', 'ws')}/ws?clientId={self.name}"
        self.ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._listen()), daemon=True).start()
        self.ready.wait(30)

    async def _listen(self):
        async with aiohttp.ClientSession() as session, session.ws_connect(self.url, max_msg_size=0) as socket:
            self.ready.set()
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    told = json.loads(message.data)
                    self.heard.append((time.time(), told["type"], told.get("data") or {}))

    def wait(self, what, at: int, seconds: float = 900):
        """The first event from place `at` on that `what` (event, data) says yes to: (moment, event, data)."""
        until = time.time() + seconds
        while time.time() < until:
            for entry in self.heard[at:]:
                at += 1
                if what(*entry[1:]):
                    return entry
            time.sleep(0.005)
        raise TimeoutError(f"not within {seconds} s")


class Memory:
    """The largest resident memory of a process and its children while this is open, MiB."""

    def __init__(self, pid: int):
        self.process, self.peak, self.done = psutil.Process(pid), 0.0, threading.Event()

    def now(self) -> float:
        tree = [self.process, *self.process.children(recursive=True)]
        return sum(process.memory_info().rss for process in tree) / 2**20

    def _watch(self):
        while not self.done.wait(0.2):
            self.peak = max(self.peak, self.now())

    def __enter__(self):
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def follow(server: Server, listener: Listener, graph: dict) -> tuple[float, list[str]]:
    """Run a graph to its end: (seconds, the classes of the nodes that were executed)."""
    start, begun = time.time(), len(listener.heard)
    number = server.post("/prompt", {"prompt": graph, "client_id": listener.name})["prompt_id"]
    done = server.finished(number, 1800)
    seconds = time.time() - start
    if done["status"]["status_str"] != "success":
        raise RuntimeError(done["status"]["messages"][-1])
    time.sleep(0.3)
    ran = [data["node"] for _, event, data in listener.heard[begun:] if event == "executing" and data.get("node")]
    return seconds, [graph[node]["class_type"] for node in ran]


# ComfyUI's own loader, in a process that has what ComfyUI has: processor time, which other work does not lengthen.
LOADER = """
import asyncio, compileall, sys, tempfile, time
sys.path.insert(0, sys.argv[1])
from comfy.cli_args import args
args.cpu, args.base_directory = True, tempfile.gettempdir()
import nodes, server, execution
for name, pack in zip(("first start", "later starts"), sys.argv[2:]):
    if name == "later starts":
        compileall.compile_dir(pack, quiet=2)
    begun = time.process_time()
    assert asyncio.run(nodes.load_custom_node(pack))
    print(f"import, {name}: {time.process_time() - begun:.3f} s of processor time")
"""


def imported(checkout: Path, folder: Path) -> None:
    """What the import of the pack costs, with and without compiled Python files."""
    copies = [shutil.copytree(PACK, folder / name / "jam-flow", ignore=IGNORED) for name in ("first", "later")]
    subprocess.run([sys.executable, "-c", LOADER, str(checkout), *map(str, copies)], check=True)


def start(server, listener):
    found = re.search(r"([\d.]+) seconds: .*JAM-Flow", server.text())
    print(f"start: {found[1]} s in ComfyUI's import-time list")
    warnings = [line for line in server.text().splitlines() if re.search(r"jam.?flow", line, re.I) and "WARN" in line]
    print(f"start: {len(warnings)} warnings of ours {warnings or ''}")


def workflows(server, listener):
    for path in sorted((PACK / "workflows").glob("*.json")):
        graph = to_api(json.loads(path.read_text(encoding="utf-8")))
        if any(node["class_type"] == "CheckpointLoaderSimple" for node in graph.values()):
            print(f"workflow {path.stem}: needs an image checkpoint, not run")
            continue
        with Memory(server.process.pid) as memory:
            seconds, ran = follow(server, listener, graph)
        print(f"workflow {path.stem}: {seconds:.1f} s, {len(ran)} nodes, peak {memory.peak:.0f} MiB", flush=True)


def cache(server, listener):
    follow(server, listener, g.speak("A line for the cache."))
    other = g.speak("A line for the cache.", seed=2)
    portrait = json.loads(json.dumps(other))
    portrait["render"]["inputs"]["example"] = "pearl_earring"
    changes = {"queued again": g.speak("A line for the cache."), "another seed": other, "another portrait": portrait}
    for name, graph in changes.items():
        seconds, ran = follow(server, listener, graph)
        print(f"cache, {name}: {seconds:.2f} s, executed: {', '.join(ran) or 'nothing'}", flush=True)


def cancel(server, listener):
    for kind, node in (("sampling", "sample"), ("rendering", "render")):
        for attempt in range(3):
            graph = g.speak(
                "One sentence that is long enough to be cancelled in its middle, wherever that is. " * 3,
                seed=attempt,
                steps=16,
            )
            steps, begun = [], len(listener.heard)

            def third(event, data):
                if event == "progress" and data.get("node") == node:
                    steps.append(time.time())
                return len(steps) == 3

            server.post("/prompt", {"prompt": graph, "client_id": listener.name})
            listener.wait(third, begun)
            asked = time.time()
            server.post("/interrupt", {})
            _, _, data = listener.wait(lambda event, data: event == "execution_interrupted", begun)
            late = data["timestamp"] / 1000 - asked
            print(
                f"cancel while {kind}: stopped after {late:.2f} s; between progress events {steps[2] - steps[1]:.2f} s",
                flush=True,
            )
        seconds, ran = follow(server, listener, g.speak(f"And again, after {kind}."))
        print(f"cancel while {kind}: the next run works, {seconds:.1f} s, {len(ran)} nodes", flush=True)


def memory(server, listener):
    import numpy as np

    from jamflow_core.motion.files import save_motion

    side = {
        "scaled": g.node(
            "ImageScale", image=["picture", 0], upscale_method="area", width=256, height=256, crop="center"
        )
    }
    picture = {"picture": g.node("LoadImage", image="portrait.jpg")}
    (server.base / "input").mkdir(exist_ok=True)
    (server.base / "input" / "portrait.jpg").write_bytes((PACK / "portraits" / "pearl_earring.jpg").read_bytes())
    for seconds in (10, 60, 180):
        frames = seconds * 25
        exp = np.zeros((frames, 21, 3), np.float32)
        exp[:, 19, 1] = 0.01 * np.abs(np.sin(np.arange(frames) * 0.4))
        save_motion(server.base / "input" / f"talk{seconds}.safetensors", exp, 25)
        graph = {
            **g.loader(),
            **picture,
            **side,
            "motion": g.node("JamFlowLoadMotion", file=f"talk{seconds}.safetensors"),
            "sound": g.node("EmptyAudio", duration=float(seconds), sample_rate=24000, channels=1),
            **g.render(("motion", 0), image=["scaled", 0], audio=["sound", 0], head_motion=0.0),
            **g.save_video(),
        }
        before = Memory(server.process.pid).now()
        with Memory(server.process.pid) as watched:
            took, _ = follow(server, listener, graph)
        print(
            f"memory, {seconds} s at 256 x 256: {took:.0f} s, {before:.0f} MiB before, peak {watched.peak:.0f} MiB",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--argument", nargs="*", default=[], help="further arguments of ComfyUI's main.py")
    options = parser.parse_args()
    checkout = os.environ.get("COMFYUI_PATH") or parser.error("set COMFYUI_PATH to a checkout of ComfyUI")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        parts = [part for part in options.part if part != "import"]
        if "import" in options.part:
            imported(Path(checkout).resolve(), Path(folder))
        if not parts:
            return
        server = Server(Path(checkout).resolve(), Path(folder), *options.argument)
        try:
            server.wait()
            listener = Listener(server)
            print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
            for part in parts:
                globals()[part](server, listener)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
