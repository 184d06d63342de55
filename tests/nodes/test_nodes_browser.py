"""The timeline of a time mask in a real browser on a real ComfyUI: painted with the mouse, run, saved and loaded
again.
"""

import asyncio
import json
import shutil
from pathlib import Path

import browser
import pytest
import safetensors.torch
from test_nodes_http import Server

PACK = Path(__file__).parents[2]
HOP, FPS = 256 / 24000, 25
BOX = (
    "const box = (path) => { const r = document.querySelector('.jamflow-timeline ' + path).getBoundingClientRect(); "
    "return r; };"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    import os

    checkout = os.environ.get("COMFYUI_PATH")
    if not checkout or not browser.chromium():
        pytest.skip("needs a real ComfyUI (COMFYUI_PATH) and Chromium")
    base = tmp_path_factory.mktemp("browser")
    browser.settle(base)
    server = Server(Path(checkout).resolve(), base)
    server.base = base
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)


def workflow() -> dict:
    """The shipped workflow with its mask empty, and both clips, before and after, saved stream by stream."""
    graph = json.loads((PACK / "workflows" / "07 Change a word of a recording.json").read_text(encoding="utf-8"))
    nodes = {node["id"]: node for node in graph["nodes"]}
    (mask,) = (node for node in graph["nodes"] if node["type"] == "JamFlowMaskTimeline")
    mask["widgets_values"] = ["", ""]
    mask.pop("widgets_values_named")
    samplers = [node for node in graph["nodes"] if node["type"] == "JamFlowJointSampler"]
    render = {
        node["id"]
        for node in graph["nodes"]
        if node["type"] in ("JamFlowPortraitRender", "SaveVideo", "JamFlowVocoderDecode")
    }
    graph["nodes"] = [node for node in graph["nodes"] if node["id"] not in render]
    graph["links"] = [link for link in graph["links"] if link[1] not in render and link[3] not in render]
    for node in nodes.values():
        for output in node.get("outputs", []):
            output["links"] = [link[0] for link in graph["links"] if link[0] in (output["links"] or [])]
    number, link = max(nodes) + 1, max(link[0] for link in graph["links"]) + 1
    for sampler in samplers:
        edited = any(socket["name"] == "time_mask" and socket["link"] for socket in sampler["inputs"])
        sampler["widgets_values"][2] = 2
        sampler.pop("widgets_values_named")
        apart = {
            "id": number,
            "type": "LTXVSeparateAVLatent",
            "pos": [0, 1200 + 100 * number],
            "size": [200, 50],
            "mode": 0,
        }
        apart["inputs"] = [{"name": "av_latent", "type": "LATENT", "link": link}]
        apart["outputs"] = [
            {"name": name, "type": "LATENT", "links": [link + 1 + slot]} for slot, name in enumerate(("v", "a"))
        ]
        sampler["outputs"][0]["links"].append(link)
        graph["links"].append([link, sampler["id"], 0, number, 0, "LATENT"])
        graph["nodes"].append(apart)
        for slot, stream in enumerate(("motion", "mel")):
            save = {
                "id": number + 1 + slot,
                "type": "SaveLatent",
                "pos": [300, 1200 + 100 * (number + slot)],
                "size": [200, 60],
            }
            save |= {"mode": 0, "outputs": [], "widgets_values": [f"{'after' if edited else 'before'}/{stream}"]}
            save["inputs"] = [{"name": "samples", "type": "LATENT", "link": link + 1 + slot}]
            graph["links"].append([link + 1 + slot, number, slot, number + 1 + slot, 0, "LATENT"])
            graph["nodes"].append(save)
        number, link = number + 3, link + 3
    graph["last_node_id"], graph["last_link_id"] = number, link
    return graph


async def lanes(page) -> list[str]:
    """What the graph would save: the two text inputs of the mask node."""
    return await page.run(
        "const node = app.graph.serialize().nodes.find((node) => node.type === 'JamFlowMaskTimeline'); return "
        "node.widgets_values;"
    )


async def mask_id(page) -> int:
    return await page.run("return app.graph.nodes.find((node) => node.type === 'JamFlowMaskTimeline').id;")


async def shown(page) -> None:
    """Bring the timeline to the middle of the window, at its own size."""
    await page.run(
        "const node = app.graph.nodes.find((node) => node.type === 'JamFlowMaskTimeline');"
        "app.canvas.ds.scale = 1; app.canvas.ds.offset = [300 - node.pos[0], 250 - node.pos[1]];"
        "app.canvas.setDirty(true, true); return true;"
    )
    await page.wait(BOX + "return box('.stage').width > 300;")
    await asyncio.sleep(0.7)


async def rectangle(page, path: str) -> tuple[float, float, float, float]:
    return tuple(await page.run(BOX + "const r = box(a); return [r.x, r.y, r.width, r.height];", path))


async def pressed_run_and_done(page, act) -> None:
    """Do something that queues the graph, and wait until the server is through."""
    event, message = await page.done(act)
    assert event == "execution_success", message


async def painted_and_run(server, page, nodes2: bool, words: tuple[str, str], picture: Path) -> tuple[float, float]:
    """Paint from the first to the last of the words, run, save, load again. Returns the span that was marked."""
    await page.show(workflow(), nodes2)
    await shown(page)

    # Before a run: a ruler, and a button that runs this node alone.
    if await page.run("return !document.querySelector('.jamflow-timeline .hint').hidden;"):
        left, top, width, height = await rectangle(page, ".hint button")
        await pressed_run_and_done(page, lambda: page.click(left + width / 2, top + height / 2))
    said = await page.run("return [...document.querySelectorAll('.jamflow-timeline .said')].map((e) => e.ariaLabel);")
    assert said == ["They hoped to get together at an early date"]

    # Drag over the sound: the ends snap to the words that were meant; they are marked in both lanes.
    (clip,) = next(iter(server.get("/history").values()))["outputs"][str(await mask_id(page))]["jamflow_timeline"]
    times = {word: (start, end) for word, start, end in clip["words"]}
    start, end = times[words[0]][0], times[words[1]][1]
    left, top, width, height = await rectangle(page, ".lane.speech")
    at = lambda time: left + width * time / clip["seconds"]
    await page.drag((at(start + 0.01), top + 30), (at(end - 0.01), top + 30))
    speech, face = await lanes(page)
    assert face == speech and [float(time) for time in speech.split("-")] == pytest.approx([start, end], abs=0.0011)

    # With Alt it does not snap; an edge is dragged, then all that is undone. The graph's own undo must not interfere.
    await page.drag((at(0.3), top + 30), (at(0.4), top + 30), browser.ALT)
    free = (await lanes(page))[0].split(", ")
    assert len(free) == 2 and [float(time) for time in free[0].split("-")] == pytest.approx([0.3, 0.4], abs=0.005)
    await page.drag((at(0.4), top + 30), (at(0.7), top + 30), browser.ALT)
    assert float((await lanes(page))[0].split(", ")[0].split("-")[1]) == pytest.approx(0.7, abs=0.005)
    await page.key("Delete")
    assert await lanes(page) == [speech, face]
    for _ in range(3):
        await page.key("z", browser.CTRL)
    assert await lanes(page) == [speech, face]
    await page.key("z", browser.CTRL | browser.SHIFT)
    assert (await lanes(page))[0].split(", ") == free
    await page.key("z", browser.CTRL)
    assert await lanes(page) == [speech, face]
    await page.picture(picture)

    async def queue():
        await page.run("await app.queuePrompt(0, 1); return true;")

    await pressed_run_and_done(page, queue)

    # Saved and loaded: the mask is there; and nothing is left of a graph that was closed.
    saved = await page.run("return app.graph.serialize();")
    await page.run("app.graph.clear(); return true;")
    assert await page.run("return document.querySelectorAll('.jamflow-timeline').length;") == 0
    await page.run("await app.loadGraphData(a); return true;", saved)
    await shown(page)
    assert await lanes(page) == [speech, face]
    assert await page.wait("return document.querySelectorAll('.jamflow-timeline .span').length;") == 2
    return start, end


def test_a_painted_span_and_nothing_else_is_made_anew(server, tmp_path):
    async def work():
        async with browser.Page(tmp_path / "profile") as page:
            await page.open(server.url)
            for nodes2, words in ((False, ("early", "early")), (True, ("an", "early"))):
                shutil.rmtree(server.base / "output" / "after", ignore_errors=True)
                span = await painted_and_run(server, page, nodes2, words, tmp_path / f"nodes2-{nodes2}.png")
                check_streams(server.base / "output", *span)
            return page.console

    complaints = asyncio.run(work())
    assert not [line for line in complaints if "JAM-Flow" in line or "jamflow" in line.lower()]


RENDER = "const node = app.graph.nodes.find((node) => node.type === 'JamFlowPortraitRender');"


def test_advanced_inputs_wait_behind_a_button(server, tmp_path):
    async def work():
        graph = json.loads((PACK / "workflows" / "01 A portrait says my text.json").read_text(encoding="utf-8"))
        async with browser.Page(tmp_path / "profile") as page:
            await page.open(server.url)
            await page.show(graph, False)
            counted = (
                RENDER + "return [node.widgets.filter((widget) => node.isWidgetVisible(widget)).length, node.size[1]];"
            )
            closed, low = await page.run(counted)
            before = await page.run(RENDER + "return node.serialize().widgets_values_named;")
            await page.click(*await page.run(BUTTON))
            opened, high = await page.run(counted)
            assert opened >= closed + 10 and high > low + 200
            assert await page.run(RENDER + "return node.serialize().widgets_values_named;") == before
            await page.click(*await page.run(BUTTON))
            assert await page.run(counted) == [closed, low]
            await page.show(graph, True)
            await page.wait("return document.querySelectorAll('[data-testid=advanced-inputs-button]').length >= 3;")
            assert not await page.run("return document.body.innerText.includes('more inputs');")

    asyncio.run(work())


# The middle of the classic canvas' button, where the mouse has to click.
BUTTON = (
    RENDER
    + """
const button = node.widgets.find((widget) => widget.type === 'button'), ds = app.canvas.ds;
const edge = app.canvas.canvas.getBoundingClientRect();
app.canvas.draw(true, true);
return [(node.pos[0] + node.size[0] / 2 + ds.offset[0]) * ds.scale + edge.x, (node.pos[1] + button.y + 10 +
ds.offset[1]) * ds.scale + edge.y];
"""
)


def check_streams(folder: Path, start: float, end: float) -> None:
    """Mel and motion differ inside the span (widened by the sounds that it cuts) and are bit-identical outside."""

    def stream(clip: str, name: str):
        (file,) = (folder / clip).glob(f"{name}_*.latent")
        return safetensors.torch.load_file(file)["latent_tensor"][0]

    for name, rate in (("motion", FPS), ("mel", 1 / HOP)):
        first, last = changed(stream("before", name), stream("after", name), settled=rate / 10)
        print(f"{name}: marked {start:.3f}-{end:.3f} s, changed {first / rate:.3f}-{last / rate:.3f} s")
        assert start - 0.12 < first / rate < last / rate < end + 0.12, f"{name} changed outside of what was painted"


def changed(before, after, settled: float) -> tuple[int, int]:
    """Frames [first, last) of `before` that are not in `after`, bit by bit; what follows them may have moved in time.

    The last frames (`settled` of them) are left out: there the clips end, one of them in whole cells of the model's
    clock.
    """
    both = min(before.shape[1], after.shape[1])
    first = int((before[:, :both] != after[:, :both]).any(dim=0).nonzero()[0])
    tails = {}
    for shift in range(-200, 200):
        end = min(before.shape[1], after.shape[1] - shift) - int(settled)
        tail = 0
        while (
            end - 1 - tail >= max(first, -shift, 0)
            and (before[:, end - 1 - tail] == after[:, end - 1 - tail + shift]).all()
        ):
            tail += 1
        tails[tail] = end - tail
    return first, tails[max(tails)]
