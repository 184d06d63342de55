"""Every workflow by a click on Run in ComfyUI's own page (Chromium, headless), on the classic canvas and in Nodes 2.0.

    COMFYUI_PATH=<a checkout of 0.33 or newer> python benchmarks/comfyui_browser.py [--only NAME ...] [--shots DIR]

Run it with the Python that runs ComfyUI. A line each: how it ended, seconds, complaints of ours in the browser's
console, nodes that lie over each other before and after the run. Nothing is asserted. --shots keeps a picture of each
graph, before and after.
"""

import argparse
import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from pathlib import Path

PACK = Path(__file__).parents[1]
sys.path[:0] = [str(PACK), str(PACK / "tests" / "nodes")]

import browser  # noqa: E402
from comfy_server import Server  # noqa: E402

CANVASES = {"classic": False, "nodes2": True}
SUBGRAPH, OWN_FILES = "subgraph: Talking portrait", "own picture and voice"
# What an artist does by hand: drop nodes, choose files, draw links. a: [class, widget values, output, target class,
# input] each.
CONNECT = """
for (const [kind, values, output, target, input] of a) {
  const node = LiteGraph.createNode(kind);
  const end = app.graph.nodes.find((one) => one.type === target || one.title === target);
  app.graph.add(node);
  const right = Math.max(...app.graph.nodes.map((one) => one.pos[0] + one.size[0]));
  node.pos = [right + 60, 60];
  for (const [name, value] of Object.entries(values)) node.widgets.find((widget) => widget.name === name).value = value;
  if (output === null) end.connect(0, node, input); else node.connect(output, end, input);
}
return true;"""


def cases() -> dict[str, tuple[dict, list]]:
    """What is run: name -> workflow, and nodes to add to it."""
    graphs = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((PACK / "workflows").glob("*.json"))
    }
    found = {name: (graph, []) for name, graph in graphs.items() if not asks_for_files(graph)}
    (subgraph,) = (PACK / "subgraphs").glob("*.json")
    found[SUBGRAPH] = json.loads(subgraph.read_text(encoding="utf-8")), [["SaveVideo", {}, None, "Talking portrait", 0]]
    found[OWN_FILES] = (
        graphs["01 A portrait says my text"],
        [
            ["LoadImage", {"image": "portrait.png"}, 0, "JamFlowPortraitRender", "image"],
            ["LoadAudio", {"audio": "voice.wav"}, 0, "JamFlowReferenceAudio", "audio"],
        ],
    )
    return found


def asks_for_files(graph: dict) -> bool:
    return any(node["type"] == "CheckpointLoaderSimple" for node in graph["nodes"])


def own_files(folder: Path) -> None:
    """What an artist has: a picture of 1024 x 1536 whose background is transparent, a stereo recording of 44.1 kHz."""
    import torch
    from PIL import Image

    from jamflow_core.media.sound import load_audio, save_wav
    from jamflow_core.tasks.voices import PRESETS

    folder.mkdir(exist_ok=True)
    picture = Image.open(PACK / "portraits" / "pearl_earring.jpg").resize((1024, 1024)).convert("RGBA")
    tall = Image.new("RGBA", (1024, 1536))
    tall.paste(picture, (0, 256))
    tall.save(folder / "portrait.png")
    wave, rate = load_audio(PRESETS / "emma.opus")
    longer = torch.nn.functional.interpolate(wave[None, :1], scale_factor=44100 / rate, mode="linear")[0]
    save_wav(folder / "voice.wav", longer.expand(2, -1), 44100)


def overlapping(rectangles: dict[str, list[float]]) -> list[str]:
    """Pairs of nodes that share more than a rim of 4 units."""
    pairs = itertools.combinations(rectangles.items(), 2)
    return [
        f"{one} / {other}"
        for (one, a), (other, b) in pairs
        if min(a[2], b[2]) - max(a[0], b[0]) > 4 and min(a[3], b[3]) - max(a[1], b[1]) > 4
    ]


async def run_one(server, page, name: str, nodes2: bool, shots: Path | None, seconds: float) -> str:
    graph, more = cases()[name]
    server.post("/free", {"free_memory": True})  # what another canvas made is not taken from the cache
    complaints = len(page.console)
    await page.show(graph, nodes2)
    await page.run(CONNECT, more)
    await page.fit()
    stem = f"{name.replace(': ', '_').replace(' ', '_')}-{'nodes2' if nodes2 else 'classic'}"
    before = overlapping(await page.rectangles(nodes2))
    if shots:
        await page.picture(shots / f"{stem}-before.png")
    begun = time.monotonic()
    try:
        ended, why = await page.done(page.press_run, seconds)
    except TimeoutError:
        ended, why = "no end seen", ""
    took = time.monotonic() - begun
    await page.fit()
    after = overlapping(await page.rectangles(nodes2))
    if shots:
        await page.picture(shots / f"{stem}-after.png")
    ours = [line for line in page.console[complaints:] if "jam-flow" in line.lower() or "jamflow" in line.lower()]
    ended = {"execution_success": "finished"}.get(ended, ended)
    told = [*ours, *([why] if why else []), *(f"over each other: {pair}" for pair in dict.fromkeys(before + after))]
    return "\n  ".join([f"{took:6.1f} s  {ended:10} {len(ours)} of ours, {len(before)}/{len(after)} overlaps", *told])


async def work(server, options) -> None:
    names = options.only or list(cases())
    for canvas in options.canvas:
        async with browser.Page(server.base / f"profile-{canvas}", 1760, 1100) as page:
            await page.open(server.url)
            for name in names:
                line = await run_one(server, page, name, CANVASES[canvas], options.shots, options.seconds)
                print(f"{canvas:8} {name:28} {line}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--canvas", nargs="+", choices=CANVASES, default=list(CANVASES))
    parser.add_argument("--only", nargs="+", choices=list(cases()), metavar="NAME", help=", ".join(cases()))
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the graphs")
    parser.add_argument("--seconds", type=float, default=900, help="how long one run may take")
    options = parser.parse_args()
    checkout = os.environ.get("COMFYUI_PATH") or parser.error("set COMFYUI_PATH to a checkout of ComfyUI")
    if not browser.chromium():
        parser.error("install Chromium, or name it in CHROMIUM")
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        base = Path(folder)
        browser.settle(base)
        own_files(base / "input")
        server = Server(Path(checkout).resolve(), base)
        try:
            server.wait()
            asyncio.run(work(server, options))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
