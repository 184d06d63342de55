"""The timeline's own work in a real browser: the sound before any run, playing, keys, zoom, words; and a mask in a page
opened anew.
"""

import asyncio
import json
from pathlib import Path

import browser
import numpy as np
import pytest
from test_nodes_browser import BOX, PACK, lanes, mask_id, rectangle, server, shown  # noqa: F401

from jamflow_core.audio.resample import to_mono_24k
from jamflow_core.media.sound import load_audio, save_wav

SAID = "They hoped to get together at an early date."
GRAPH = """
app.graph.clear();
const make = (type, x, values = {}) => {
  const node = LiteGraph.createNode(type);
  node.pos = [x, 200];
  app.graph.add(node);
  for (const [name, value] of Object.entries(values)) node.widgets.find((widget) => widget.name === name).value = value;
  return node;
};
const join = (from, slot, to, name) => from.connect(slot, to, to.inputs.findIndex((socket) => socket.name === name));
const load = make('LoadJamFlow', -1600);
const sound = make('LoadAudio', -1600, { audio: 'take.wav' });
const take = make('JamFlowReferenceAudio', -1100, { role: 'drive' });
const text = make('JamFlowEncodeText', -600, { text: a });
const mask = make('JamFlowMaskTimeline', 0);
join(load, 0, take, 'model'); join(sound, 0, take, 'audio'); join(load, 0, text, 'model');
join(take, 0, text, 'recording'); join(take, 1, mask, 'audio'); join(text, 0, mask, 'text');
return true;
"""
HEAR = """
const Real = window.Audio;
window.players = [];
window.Audio = class extends Real { constructor(...all) { super(...all); window.players.push(this); } };
return true;
"""
INK = """
const canvas = document.querySelector('.jamflow-timeline .lane.speech canvas.curve');
const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
return a.map((share) => {
  const x = Math.round(share * (canvas.width - 1));
  let ink = 0;
  for (let y = 0; y < canvas.height; y += 1) if (image[4 * (y * canvas.width + x) + 3] > 40) ink += 1;
  return ink / canvas.height;
});
"""


@pytest.fixture
def take(server):  # noqa: F811
    """A recording in ComfyUI's input folder: wave [samples], 24 kHz."""
    wave = to_mono_24k(*load_audio(PACK / "jamflow_core" / "weights" / "voices" / "heart.opus"))
    save_wav(server.base / "input" / "take.wav", wave)
    return wave.numpy()


async def times(page) -> list[float]:
    """Start and end of the only span of the speech lane, and that the face lane has the same."""
    speech, face = await lanes(page)
    assert speech == face
    return [float(time) for time in speech.split("-")]


async def opened(page, nodes2: bool, graph: dict) -> None:
    """A saved workflow opened as its file is, on one of the two canvases."""
    await page.run("await app.ui.settings.setSettingValueAsync('Comfy.VueNodes.Enabled', a); return true;", nodes2)
    await page.run(
        "await app.handleFile(new File([a], 'saved.json', { type: 'application/json' })); return true;",
        json.dumps(graph),
    )
    await page.wait("return app.graph.nodes.some((node) => node.type === 'JamFlowMaskTimeline');")
    await shown(page)


async def worked_on(server, page, nodes2: bool, wave, folder: Path) -> tuple[dict, list[str]]:  # noqa: F811
    """All that mouse and keys do, in one kind of canvas. Returns the saved graph and its lanes."""
    seconds = len(wave) / 24000

    # The waveform is there before anything has run: loud where the recording is loud.
    await page.wait(
        "return (document.querySelector('.jamflow-timeline canvas.curve[aria-label*=\"' + a + '\"]') ?? null) !== "
        "null;",
        f"{seconds:.2f}",
    )
    level = np.abs(wave[: len(wave) // 2400 * 2400].reshape(-1, 2400)).max(1)
    loud, quiet = ((int(pick(level)) + 0.5) * 0.1 / seconds for pick in (np.argmax, np.argmin))
    await asyncio.sleep(0.5)
    tall, flat = await page.run(INK, [loud, quiet])
    assert tall > 2 * flat + 0.1, (
        f"waveform {tall:.2f} of the lane where it is loudest, {flat:.2f} where it is quietest"
    )
    await page.picture(folder / f"before-nodes2-{nodes2}.png")

    left, top, width, _ = await rectangle(page, ".lane.speech")
    at = lambda time: left + width * time / seconds

    # Space plays from the cursor on, and stops.
    await page.click(at(1.0), top + 30)
    await page.key("Escape")
    await page.key("Home")
    for _ in range(10):
        await page.key("ArrowRight", browser.SHIFT)
    await page.key(" ")
    playing = (
        "const player = window.players.at(-1); "
        "return !player.paused && player.currentTime > 1.02 ? player.currentTime : null;"
    )
    assert await page.wait(playing, seconds=60) < seconds
    await page.key(" ")
    assert await page.wait("return window.players.at(-1).paused;")
    heard = await page.run("return window.players.at(-1).currentTime;")
    assert heard >= 1.0, "it played from the cursor"

    # What the click above marked, if anything, is undone: an empty mask to begin with.
    for _ in range(3):
        await page.key("z", browser.CTRL)
    assert await lanes(page) == ["", ""]

    # Zoom: about the pointer with the wheel, and back with 0.
    shown_part = (
        "const wide = (name) => document.querySelector('.jamflow-timeline .' + name).getBoundingClientRect().width; "
        "return wide('thumb') / wide('scroll');"
    )
    assert await page.run(shown_part) == pytest.approx(1, abs=0.01)
    await page.wheel(at(seconds / 2), top + 30, -400)
    await asyncio.sleep(0.3)
    assert await page.run(shown_part) < 0.7
    await page.key("0")
    await asyncio.sleep(0.3)
    assert await page.run(shown_part) == pytest.approx(1, abs=0.01)

    # Paint, move, resize; arrows do the same by hundredths and tenths of a second.
    await page.drag((at(0.5), top + 30), (at(0.9), top + 30), browser.ALT)
    assert await times(page) == pytest.approx([0.5, 0.9], abs=0.01)
    await page.drag((at(0.7), top + 30), (at(0.9), top + 30), browser.ALT)
    assert await times(page) == pytest.approx([0.7, 1.1], abs=0.02)
    await page.drag((at((await times(page))[1]), top + 30), (at(1.4), top + 30), browser.ALT)
    start, end = await times(page)
    assert (start, end) == pytest.approx((0.7, 1.4), abs=0.02)
    await page.key("ArrowRight")
    assert await times(page) == pytest.approx([start + 0.01, end + 0.01], abs=0.0011)
    await page.key("ArrowLeft", browser.CTRL | browser.SHIFT)
    assert await times(page) == pytest.approx([start + 0.01, end - 0.09], abs=0.0011)
    await page.key("ArrowRight", browser.ALT)
    kept = await times(page)
    assert kept == pytest.approx([start + 0.02, end - 0.09], abs=0.0011)
    await page.key("Delete")
    assert await lanes(page) == ["", ""]
    await page.key("z", browser.CTRL)
    assert await times(page) == kept
    await page.key("z", browser.CTRL | browser.SHIFT)
    assert await lanes(page) == ["", ""]

    # Run this node alone: words appear, and what is dragged near their ends snaps to them.
    if await page.run("return !document.querySelector('.jamflow-timeline .hint').hidden;"):
        x, y, wide, high = await rectangle(page, ".hint button")
        event, message = await page.done(lambda: page.click(x + wide / 2, y + high / 2))
        assert event == "execution_success", message
    await page.wait(
        "return document.querySelector('.jamflow-timeline .said')?.ariaLabel?.includes('together') ?? false;"
    )
    (clip,) = next(iter(server.get("/history").values()))["outputs"][str(await mask_id(page))]["jamflow_timeline"]
    words = {word: (start, end) for word, start, end in clip["words"]}

    # The graph's own undo makes every node anew; what the run told is still there.
    for step, spans in (("Comfy.Undo", 1), ("Comfy.Redo", 0)):
        await page.run("await app.extensionManager.command.execute(a); return true;", step)
        await shown(page)
        assert await page.wait(
            "return document.querySelectorAll('.jamflow-timeline .lane.speech .span').length === a;", spans
        )
        assert await page.wait(
            "return document.querySelector('.jamflow-timeline .said')?.ariaLabel?.includes('together') ?? false;"
        )
    await asyncio.sleep(0.5)
    left, top, width, _height = await rectangle(page, ".lane.speech")
    slip = 4 * seconds / width
    await page.drag((at(words["together"][0] + slip), top + 30), (at(words["together"][1] - slip), top + 30))
    assert await times(page) == pytest.approx(words["together"], abs=0.0011)
    await page.picture(folder / f"after-nodes2-{nodes2}.png")
    return await page.run("return app.graph.serialize();"), await lanes(page)


async def came_back(page, nodes2: bool, graph: dict, before: list[str], seconds: float, picture: Path) -> None:
    """The mask of a saved graph is there, where it was."""
    await opened(page, nodes2, graph)
    assert await lanes(page) == before and before[0]
    await page.wait(
        "return document.querySelector('.jamflow-timeline canvas.curve[aria-label*=\"' + a + '\"]') !== null;",
        f"{seconds:.2f}",
    )
    assert await page.wait("return document.querySelectorAll('.jamflow-timeline .span').length;") == 2
    await asyncio.sleep(0.5)
    (left, _, width, _), (x, _, wide, _) = (
        await rectangle(page, ".lane.speech"),
        await rectangle(page, ".lane.speech .span"),
    )
    assert [(x - left) / width * seconds, (x + wide - left) / width * seconds] == pytest.approx(
        await times(page), abs=0.03
    )
    await page.picture(picture)


def test_the_timeline_is_worked_and_its_mask_comes_back_in_a_page_opened_anew(server, take, tmp_path):  # noqa: F811
    """Every page is another browser with a profile of its own, so that nothing but the saved file is left of the last
    one.
    """
    seconds = len(take) / 24000

    async def work():
        complaints = []
        async with browser.Page(tmp_path / "classic") as page:
            await page.open(server.url)
            await page.run(HEAR)
            await page.run("await app.ui.settings.setSettingValueAsync('Comfy.VueNodes.Enabled', false); return true;")
            await page.run(GRAPH, SAID)
            await shown(page)
            graph, painted = await worked_on(server, page, False, take, tmp_path)
            complaints += page.console
        async with browser.Page(tmp_path / "again") as page:
            await page.open(server.url)
            await page.run(HEAR)
            await came_back(page, False, graph, painted, seconds, tmp_path / "again-nodes2-False.png")
            (mask,) = (node for node in graph["nodes"] if node["type"] == "JamFlowMaskTimeline")
            mask["widgets_values"] = ["", ""]
            mask.pop("widgets_values_named", None)
            await opened(page, True, graph)
            graph, painted = await worked_on(server, page, True, take, tmp_path)
            complaints += page.console
        async with browser.Page(tmp_path / "again2") as page:
            await page.open(server.url)
            await came_back(page, True, graph, painted, seconds, tmp_path / "again-nodes2-True.png")
            complaints += page.console
        return complaints

    complaints = asyncio.run(work())
    assert not [line for line in complaints if "JAM-Flow" in line or "jamflow" in line.lower()]
