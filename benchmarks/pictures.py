"""Makes the pack's own pictures anew, from a real ComfyUI and the weights that ship.

    COMFYUI_PATH=<a checkout of 0.33 or newer> python benchmarks/pictures.py [--part nodes graph thumbnails] [--only
    NAME ...]

nodes: every node as the help pages show it (web/docs/<id>.png). graph: the first workflow after a run, for the README.
thumbnails: a .jpg beside each workflow, of its own result. nodes and graph need Chromium. Run it with the Python that
runs ComfyUI; look at what it made before it is committed.
"""

import argparse
import asyncio
import io
import json
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

PACK = Path(__file__).parents[1]
DOCS, WORKFLOWS = PACK / "web" / "docs", sorted((PACK / "workflows").glob("*.json"))
sys.path[:0] = [str(PACK), str(PACK / "tests" / "nodes")]

import browser  # noqa: E402
import graphs as g  # noqa: E402
from comfy_server import Server  # noqa: E402
from ui_format import to_api  # noqa: E402

EMPTY = {
    "last_node_id": 0,
    "last_link_id": 0,
    "nodes": [],
    "links": [],
    "groups": [],
    "config": {},
    "extra": {},
    "version": 0.4,
}
TIMELINE, GRAPH = "JamFlowMaskTimeline", "01 A portrait says my text"
# What a node shows beside its defaults.
TYPED = {
    "JamFlowMaskWords": {"words": "brown fox"},
    "JamFlowExpression": {"smile": 0.4, "brow": 0.3, "curves": "brow: 0:0 0.4:0.9 1.6:0\ngaze_x: 0.3:0 0.6:0.5 1.7:0"},
}
ALONE = """
const node = LiteGraph.createNode(a);
for (const [name, value] of Object.entries(b)) node.widgets.find((widget) => widget.name === name).value = value;
app.graph.add(node);
node.pos = [0, 0];
node.setSize([Math.max(node.size[0], 360), node.computeSize()[1]]);
return true;"""
NEAR = """
const nodes = app.graph.nodes.filter((node) => !a || node.type === a), ds = app.canvas.ds;
const title = LiteGraph.NODE_TITLE_HEIGHT;
const boxes = nodes.map(({ pos, size }) => [pos[0], pos[1] - title, size[0], size[1] + title]);
const left = Math.min(...boxes.map((box) => box[0])), top = Math.min(...boxes.map((box) => box[1]));
const wide = Math.max(...boxes.map((box) => box[0] + box[2])) - left;
const high = Math.max(...boxes.map((box) => box[1] + box[3])) - top;
ds.scale = Math.min(b, (innerWidth - 340) / wide, (innerHeight - 200) / high);
ds.offset = [100 / ds.scale - left, 120 / ds.scale - top];
app.canvas.deselectAll?.();
app.canvas.draw(true, true);
const edge = app.canvas.canvas.getBoundingClientRect();
return [edge.x + 100 - 6, edge.y + 120 - 6, wide * ds.scale + 12, high * ds.scale + 12];"""


async def shot(page, path: Path, node: str | None, scale: float) -> None:
    """One node (all of them if None) at most at this scale; a .png has few colours."""
    await page.mouse("mouseMoved", page.size[0] / 2, page.size[1] - 2)  # so that no tooltip is open
    x, y, width, height = await page.run(NEAR, node, scale)
    await asyncio.sleep(2)
    picture = (
        Image.open(io.BytesIO(await page.pixels()))
        .convert("RGB")
        .crop((int(x), int(y), int(x + width), int(y + height)))
    )
    if path.suffix == ".png":
        picture.quantize(96, method=Image.Quantize.MEDIANCUT).save(path, optimize=True)
    else:
        picture.save(path, quality=80, optimize=True)
    print(
        f"{path.relative_to(PACK)}: {picture.width} x {picture.height}, {path.stat().st_size // 1024} KiB", flush=True
    )


async def nodes(server, page, only) -> None:
    for name in sorted(path.stem for path in DOCS.glob("*.md")):
        if only and name not in only:
            continue
        if name == TIMELINE:
            workflow = PACK / "workflows" / "07 Change a word of a recording.json"
            await page.show(json.loads(workflow.read_text(encoding="utf-8")), False)
            await page.run(NEAR, TIMELINE, 1)
            await page.done(lambda: page.press(".jamflow-timeline .hint button"))
            await shot(page, DOCS / f"{name}.png", name, 1.2)
        else:
            await page.show(EMPTY, False)
            await page.run(ALONE, name, TYPED.get(name, {}))
            await shot(page, DOCS / f"{name}.png", name, 1.4)


async def graph(server, page, only) -> None:
    await page.show(json.loads((PACK / "workflows" / f"{GRAPH}.json").read_text(encoding="utf-8")), False)
    event, why = await page.done(page.press_run)
    print(f"{GRAPH}: {event} {why}", flush=True)
    await page.fit()
    await page.run("document.querySelectorAll('video').forEach((video) => { video.currentTime = 1.5; }); return true;")
    await asyncio.sleep(5)
    await shot(page, DOCS / "graph.jpg", None, 1)


def thumbnails(server, only) -> None:
    for path in WORKFLOWS:
        if only and path.stem not in only:
            continue
        graph = to_api(json.loads(path.read_text(encoding="utf-8")))
        if any(node["class_type"] == "CheckpointLoaderSimple" for node in graph.values()):
            print(f"{path.stem}: needs an image checkpoint, left as it is")
            continue
        picture = thumbnail(server, graph)
        picture.save(path.with_suffix(".jpg"), quality=88, optimize=True)
        print(f"workflows/{path.stem}.jpg: {path.with_suffix('.jpg').stat().st_size // 1024} KiB", flush=True)


def thumbnail(server, graph: dict) -> Image.Image:
    """512 x 512 of what a workflow makes: a speaking face, for edits over the timeline; of speech alone the
    timeline.
    """
    drawn = timeline_of(graph)
    if drawn:
        graph |= drawn | {"drawn": g.node("PreviewImage", images=["timeline", 0])}
    outputs = server.run(graph)
    files = {
        key: server.base / file["type"] / file["subfolder"] / file["filename"]
        for key, output in outputs.items()
        for file in output.get("images", ())
    }
    lane = Image.open(files.pop("drawn")).convert("RGB") if drawn else None
    film = next((file for file in files.values() if file.suffix == ".mp4"), None)
    if film is None:
        whole = Image.new("RGB", (512, 512))
        for row in (0, 1):  # the mel and the words of two stretches; the lips are at rest
            whole.paste(lane.crop((row * 512, 0, row * 512 + 512, 312)).resize((512, 256)), (0, row * 256))
        return whole
    faces = speaking(film)
    if lane is not None:
        picture = Image.new("RGB", (512, 512))
        wide = faces[0].resize((512, 512 * faces[0].height // faces[0].width))
        picture.paste(wide.crop((0, 10, 512, 266)), (0, 0))
        picture.paste(lane.crop((0, 0, lane.width, 256)).resize((512, 200)), (0, 256))
        picture.paste(lane.crop((0, 256, 512, 312)), (0, 456))
        return picture
    first = faces[0]
    if first.width > 1.5 * first.height:  # two portraits in a row: two moments, one over the other
        return tiled(faces, (512, 256), (0, 256))
    if any(node["class_type"] in ("ImageBatch", "JamFlowExpression") for node in graph.values()):
        return tiled(faces, (256, 512), (256, 0))
    return ImageOps.fit(first, (512, 512))


def timeline_of(graph: dict) -> dict:
    """A JamFlowTimeline for graphs that edit (what was marked in the recording), or that only speak."""
    kinds = {node["class_type"]: key for key, node in graph.items()}
    if "JamFlowMaskTimeline" in kinds:
        mask = graph[kinds["JamFlowMaskTimeline"]]["inputs"]
        shown = {name: mask[name] for name in ("audio", "text", "latent") if name in mask}
        return {"timeline": g.node("JamFlowTimeline", width=512, time_mask=[kinds["JamFlowMaskTimeline"], 0], **shown)}
    if "JamFlowTimeline" in kinds:
        return {"timeline": g.node("JamFlowTimeline", **graph[kinds["JamFlowTimeline"]]["inputs"] | {"width": 512})}
    if "JamFlowPortraitRender" in kinds or "JamFlowScript" in kinds:
        return {}
    sampler = kinds["JamFlowJointSampler"]
    return {"timeline": g.node("JamFlowTimeline", width=1536, latent=[sampler, 0], text=[sampler, 1])}


def speaking(film: Path) -> list[Image.Image]:
    """A frame with the mouth well open (not at its widest: that is a shout), of the first half of a clip and of the
    second.
    """
    from jamflow_core.face.extract import extract_motion
    from jamflow_core.media.video_reader import read_video
    from jamflow_core.motion.basis import JAW, exp_to_state

    video = read_video(film, with_audio=False)
    frames = list(video.frames)
    jaw = exp_to_state(extract_motion(iter(frames), video.fps).motion.exp)[:, JAW]
    half = len(frames) // 2
    return [
        Image.fromarray(frames[start + int(abs(part - 0.5 * part.max()).argmin())])
        for start, part in ((0, jaw[:half]), (half, jaw[half:]))
    ]


def tiled(pictures: list[Image.Image], size: tuple[int, int], step: tuple[int, int]) -> Image.Image:
    whole = Image.new("RGB", (512, 512))
    for index, picture in enumerate(pictures):
        whole.paste(ImageOps.fit(picture, size), (index * step[0], index * step[1]))
    return whole


async def in_browser(server, parts, only) -> None:
    async with browser.Page(server.base / "profile", 1760, 1100) as page:
        await page.open(server.url)
        for part in parts:
            await part(server, page, only)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--part", nargs="+", choices=("nodes", "graph", "thumbnails"), default=["nodes", "graph", "thumbnails"]
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="node ids or workflow names")
    options = parser.parse_args()
    checkout = os.environ.get("COMFYUI_PATH") or parser.error("set COMFYUI_PATH to a checkout of ComfyUI")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        base = Path(folder)
        browser.settle(base)
        (base / "input").mkdir()
        motion_file(base / "input" / "hello.safetensors")
        server = Server(Path(checkout).resolve(), base)
        try:
            server.wait()
            seen = [part for name, part in (("nodes", nodes), ("graph", graph)) if name in options.part]
            if seen:
                asyncio.run(in_browser(server, seen, options.only))
            if "thumbnails" in options.part:
                thumbnails(server, options.only)
        finally:
            server.stop()


def motion_file(path: Path) -> None:
    """So that Load Motion has a file to show."""
    import numpy as np

    from jamflow_core.motion.files import save_motion

    save_motion(path, np.zeros((12, 21, 3), np.float32), 25)


if __name__ == "__main__":
    main()
