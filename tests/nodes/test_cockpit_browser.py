"""The cockpit in a real browser: a word typed anew, said, heard, compared and kept; and the lanes of an expression."""

import asyncio
import json

import browser
from test_nodes_browser import PACK, server  # noqa: F401

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
const load = make('LoadJamFlow', -1000), take = make('JamFlowReferenceAudio', -500, { role: 'drive' });
const dub = make('JamFlowOverdub', 0, { steps: 2 });
join(load, 0, take, 'model'); join(load, 0, dub, 'model'); join(load, 1, dub, 'vocoder'); join(take, 0, dub,
'recording');
return true;
"""
NEAR = """
const node = app.graph.nodes.find((node) => node.type === a);
app.canvas.ds.scale = 1; app.canvas.ds.offset = [300 - node.pos[0], 80 - node.pos[1]];
app.canvas.setDirty(true, true);
return true;
"""
HEAR = """
const Real = window.Audio;
window.players = [];
window.Audio = class extends Real { constructor(...all) { super(...all); window.players.push(this); } };
return true;
"""
DUB = "const dub = app.graph.nodes.find((node) => node.type === 'JamFlowOverdub');"
STATE = (
    DUB + "const value = (name) => dub.widgets.find((widget) => widget.name === name).value;"
    "const row = [...document.querySelectorAll('.jamflow-timeline .takes button')];"
    "return { text: value('new_text'), seed: value('seed'),"
    " chosen: row.findIndex((button) => button.ariaPressed === 'true'), buttons: row.length };"
)
WORD = (
    DUB + "const clip = dub.properties.takes.original, [, start, end] = clip.words.find(([word]) => word === a);"
    "const box = document.querySelector('.jamflow-timeline .said').getBoundingClientRect();"
    "return [box.x + box.width * (start + end) / 2 / clip.seconds, box.y + 12];"
)
ORIGINAL, FIRST = 1, 2  # places in the row of takes, after the button that makes one


async def near(page, kind: str) -> None:
    await page.run(NEAR, kind)
    await asyncio.sleep(1.5)


async def told(page, act) -> None:
    event, message = await page.done(act)
    assert event == "execution_success", message
    await asyncio.sleep(1)


async def changed_a_word(page, nodes2: bool) -> dict:
    """A word by double-click, two takes, the first one chosen; the saved graph."""
    await page.run("await app.ui.settings.setSettingValueAsync('Comfy.VueNodes.Enabled', a); return true;", nodes2)
    await page.run(GRAPH)
    await near(page, "JamFlowOverdub")
    await told(page, lambda: page.press(".jamflow-timeline .hint button"))
    await page.click(*await page.run(WORD, "early"), times=2)
    await page.send("Input.insertText", text="autumn")
    await page.key("Enter")
    assert (await page.run(STATE))["text"] == "They hoped to get together at an autumn date."

    await told(page, lambda: page.press(".jamflow-timeline .takes .say"))
    assert await page.run("return window.players.some((player) => !player.paused && player.src.includes('takes'));")
    assert await page.run(STATE) | {"buttons": 0} == {
        "text": await text(page),
        "seed": 0,
        "chosen": FIRST,
        "buttons": 0,
    }
    await told(page, lambda: page.press(".jamflow-timeline .takes .say"))
    assert (await page.run(STATE))["seed"] == 1 and (await page.run(STATE))["chosen"] == FIRST + 1

    await page.run("document.querySelector('.jamflow-timeline .keys').focus(); return true;")
    await page.key("a")
    assert (await page.run(STATE))["chosen"] == ORIGINAL
    await page.key("a")
    assert (await page.run(STATE))["chosen"] > ORIGINAL
    await page.press(f".jamflow-timeline .takes button:nth-child({FIRST + 1})")
    assert (await page.run(STATE))["seed"] == 0
    return await page.run("return app.graph.serialize();")


async def text(page) -> str:
    return (await page.run(STATE))["text"]


def test_a_word_is_typed_anew_said_heard_compared_and_kept(server, tmp_path):  # noqa: F811
    async def work():
        complaints = []
        for nodes2 in (False, True):
            async with browser.Page(tmp_path / f"first-{nodes2}", 1600, 1100) as page:
                await page.open(server.url)
                await page.run(HEAR)
                graph = await changed_a_word(page, nodes2)
                await page.picture(tmp_path / f"cockpit-nodes2-{nodes2}.png")
                complaints += page.console
            async with browser.Page(tmp_path / f"again-{nodes2}", 1600, 1100) as page:
                await page.open(server.url)
                await page.run("await app.loadGraphData(a); return true;", graph)
                await near(page, "JamFlowOverdub")
                assert await page.run(STATE) | {"buttons": 0} == {
                    "text": "They hoped to get together at an autumn date.",
                    "seed": 0,
                    "chosen": FIRST,
                    "buttons": 0,
                }
                heard = "return document.querySelector('.jamflow-timeline canvas.said')?.ariaLabel?.includes('autumn');"
                assert await page.wait(heard)
                complaints += page.console
        return complaints

    complaints = asyncio.run(work())
    assert not [line for line in complaints if "JAM-Flow" in line or "jamflow" in line.lower()]


CURVES = (
    "return app.graph.nodes.find((node) => node.type === 'JamFlowExpression')"
    ".widgets.find((widget) => widget.name === 'curves').value;"
)


def test_an_expression_is_drawn_in_lanes(server, tmp_path):  # noqa: F811
    async def work():
        path = PACK / "workflows" / "04 A face with feeling.json"
        graph = json.loads(path.read_text(encoding="utf-8"))
        async with browser.Page(tmp_path / "profile", 1600, 1200) as page:
            await page.open(server.url)
            for nodes2 in (False, True):
                await page.show(graph, nodes2)
                await near(page, "JamFlowExpression")
                await page.press(".jamflow-curves .names button:nth-child(6)")
                assert (await page.run(CURVES)).endswith("yaw: 0:0")
                await asyncio.sleep(0.7)
                left, top, width, height = await page.run(
                    "const r = document.querySelector('.jamflow-curves [data-name=yaw] "
                    ".stage').getBoundingClientRect();"
                    "return [r.x, r.y, r.width, r.height];"
                )
                await page.drag((left + width / 2, top + height * 0.3), (left + width * 0.7, top + height * 0.8))
                time, value = (await page.run(CURVES)).rsplit(" ", 1)[1].split(":")
                assert float(time) > 1 and -12 <= float(value) < -3
                await page.key("Delete")
                assert (await page.run(CURVES)).endswith("yaw: 0:0")
            return page.console

    complaints = asyncio.run(work())
    assert not [line for line in complaints if "JAM-Flow" in line or "jamflow" in line.lower()]
