"""ComfyUI's own page in a headless Chromium, worked with mouse and keyboard over the DevTools protocol."""

import asyncio
import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--mute-audio",
    "--disable-dev-shm-usage",
    "--force-prefers-reduced-motion",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "--autoplay-policy=no-user-gesture-required",
]
# Only this machine resolves: no page reaches out.
FLAGS.append("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")
ALT, CTRL, SHIFT = 1, 2, 8
CODES = {"Delete": 46, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39, "Enter": 13, "Escape": 27, " ": 32}


def chromium() -> str | None:
    """The browser, if this machine has one."""
    named = ("chromium", "chromium-browser", "google-chrome", "chrome")
    direct = filter(os.path.exists, ("/usr/lib/chromium/chromium",))  # the binary behind Debian's wrapper
    return os.environ.get("CHROMIUM") or next(direct, None) or next(filter(None, map(shutil.which, named)), None)


def settle(base: Path) -> None:
    """Settings of a ComfyUI that is not new to its user: no tour, no news; few frames a second, as all are painted by
    the CPU.
    """
    settings = base / "user" / "default" / "comfy.settings.json"
    settings.parent.mkdir(parents=True)
    chosen = {"Comfy.TutorialCompleted": True, "Comfy.Release.Status": "skipped", "LiteGraph.Canvas.MaximumFps": 5}
    settings.write_text(json.dumps(chosen))


class Page:
    """One page. `console` holds what it complained of; coordinates are CSS pixels."""

    def __init__(self, profile: Path, width: int = 1600, height: int = 1000):
        self.profile, self.size = profile, (width, height)
        self.console: list[str] = []
        self._numbers, self._answers = itertools.count(1), {}

    async def __aenter__(self):
        import aiohttp

        command = [
            chromium(),
            *FLAGS,
            f"--user-data-dir={self.profile}",
            "--window-size={},{}".format(*self.size),
            "about:blank",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.http = aiohttp.ClientSession()
        port = await self._until(lambda: (self.profile / "DevToolsActivePort").read_text().split()[0], 300)
        async with self.http.get(f"http://127.0.0.1:{port}/json/list") as answer:
            pages = [page for page in await answer.json(content_type=None) if page["type"] == "page"]
        self.socket = await self.http.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0)
        self.reader = asyncio.create_task(self._read())
        for domain in ("Page", "Runtime", "Log"):
            await self.send(f"{domain}.enable")
        await self.resize(*self.size)
        return self

    async def __aexit__(self, *failure):
        self.reader.cancel()
        await self.socket.close()
        await self.http.close()
        self.process.terminate()
        self.process.wait(20)

    @staticmethod
    async def _until(look, seconds: float):
        until = time.monotonic() + seconds
        while True:
            try:
                return look()
            except (OSError, IndexError):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.1)

    async def _read(self):
        async for message in self.socket:
            data = json.loads(message.data)
            if "id" in data:
                self._answers.pop(data["id"]).set_result(data)
            elif data["method"] == "Runtime.exceptionThrown":
                details = data["params"]["exceptionDetails"]
                self.console.append(details.get("exception", {}).get("description") or details["text"])
            elif data["method"] == "Runtime.consoleAPICalled" and data["params"]["type"] in ("error", "assert"):
                said = " ".join(str(part.get("value", part.get("description"))) for part in data["params"]["args"])
                frames = data["params"].get("stackTrace", {}).get("callFrames", [])
                self.console.append(" ".join([said, *(frame["url"] for frame in frames)]))
            elif data["method"] == "Log.entryAdded" and data["params"]["entry"]["level"] == "error":
                entry = data["params"]["entry"]
                self.console.append(f"{entry['text']} {entry.get('url', '')}")

    async def send(self, method: str, **params) -> dict:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": params})
        data = await asyncio.wait_for(answer, 600)
        if "error" in data:
            raise RuntimeError(f"{method}: {data['error']}")
        return data["result"]

    async def run(self, body: str, *values):
        """The answer of an async function's body in the page; `values` are its arguments a, b, c."""
        source = f"(async ({', '.join('abcdef'[: len(values)])}) => {{ {body} }})({', '.join(map(json.dumps, values))})"
        done = await self.send("Runtime.evaluate", expression=source, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise RuntimeError(done["exceptionDetails"].get("exception", {}).get("description", source))
        return done["result"].get("value")

    async def wait(self, body: str, *values, seconds: float = 300):
        """The first answer that is true."""
        until = time.monotonic() + seconds
        while True:
            answer = await self.run(f"try {{ {body} }} catch (error) {{ return null; }}", *values)
            if answer:
                return answer
            if time.monotonic() > until:
                raise TimeoutError(f"not within {seconds} s: {body}")
            await asyncio.sleep(0.25)

    async def resize(self, width: int, height: int):
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def open(self, url: str):
        """ComfyUI's page, with its nodes registered."""
        await self.send("Page.navigate", url=url)
        ready = "return Boolean(window.LiteGraph?.registered_node_types?.JamFlowMaskTimeline && app.graph)"
        await self.wait(f"{ready} && !document.querySelector('#splash-loader');", seconds=900)
        await asyncio.sleep(1.5)

    async def show(self, workflow: dict, nodes2: bool):
        """Open a workflow on one of the two canvases, the whole of it in sight."""
        await self.run("await app.ui.settings.setSettingValueAsync('Comfy.VueNodes.Enabled', a); return true;", nodes2)
        await self.run("await app.loadGraphData(a); return true;", workflow)
        await self.fit()

    async def fit(self):
        await self.resize(*self.size)
        await asyncio.sleep(0.5)
        await self.run("await app.extensionManager.command.execute('Comfy.Canvas.FitView'); return true;")
        await asyncio.sleep(1.5)

    async def done(self, act, seconds: float = 3600) -> tuple[str, str]:
        """Do something that queues the graph and wait for its end: the event that ended it, and what was said if it
        failed.
        """
        await self.run(
            "window.ended = null;"
            "if (!window.heard) for (const event of ['execution_success', 'execution_error', 'execution_interrupted'])"
            " app.api.addEventListener(event, (said) => { window.ended = [event, said.detail.exception_message ?? "
            "'']; });"
            " window.heard = true; return true;"
        )
        await act()
        ended = tuple(await self.wait("return window.ended;", seconds=seconds))
        await asyncio.sleep(0.5)
        return ended

    async def press(self, selector: str):
        """Click the middle of the first element that can be seen."""
        body = (
            "for (const found of document.querySelectorAll(a)) { const r = found.getBoundingClientRect();"
            " if (r.width) return [r.x + r.width / 2, r.y + r.height / 2]; } return null;"
        )
        await self.click(*await self.wait(body, selector))

    async def press_run(self):
        """Click on Run; then the window stays small until something looks at it again (`fit`): the CPU paints all of
        it.
        """
        await self.press("[data-testid=queue-button] button, button[data-testid=queue-button]")
        await self.resize(320, 240)

    async def rectangles(self, nodes2: bool) -> dict[str, list[float]]:
        """Where each node lies on the canvas, title included: name -> left, top, right, bottom in units of the
        graph.
        """
        return await self.run(
            "const ds = app.canvas.ds; return Object.fromEntries(app.graph.nodes.map((node) => {"
            " const title = LiteGraph.NODE_TITLE_HEIGHT, [left, top] = node.pos;"
            " let [x, y, w, h] = [left, top - title, node.size[0], node.size[1] + title];"
            " const shown = a && document.querySelector(`[data-node-id='${node.id}']`)?.getBoundingClientRect();"
            " if (shown) [x, y, w, h] = [shown.x, shown.y, shown.width, shown.height].map((v) => v / ds.scale);"
            " return [`${node.title} ${node.id}`, [x, y, x + w, y + h]]; }));",
            nodes2,
        )

    async def mouse(self, kind: str, x: float, y: float, **more):
        await self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    async def click(self, x: float, y: float, times: int = 1):
        await self.mouse("mouseMoved", x, y)
        for count in range(1, times + 1):
            await self.mouse("mousePressed", x, y, button="left", clickCount=count)
            await self.mouse("mouseReleased", x, y, button="left", clickCount=count)
        await asyncio.sleep(0.2)

    async def drag(self, start: tuple[float, float], end: tuple[float, float], modifiers: int = 0):
        held = {"button": "left", "buttons": 1, "modifiers": modifiers}
        await self.mouse("mouseMoved", *start)
        await self.mouse("mousePressed", *start, clickCount=1, **held)
        for part in (0.3, 0.6, 0.9, 1.0):
            await self.mouse("mouseMoved", *(a + (b - a) * part for a, b in zip(start, end)), **held)
        await self.mouse("mouseReleased", *end, clickCount=1, **held)
        await asyncio.sleep(0.2)

    async def wheel(self, x: float, y: float, turn: float):
        await self.mouse("mouseWheel", x, y, deltaX=0, deltaY=turn)
        await asyncio.sleep(0.3)

    async def key(self, key: str, modifiers: int = 0):
        code = CODES.get(key) or ord(key.upper())
        text = {"text": key} if len(key) == 1 and not modifiers & CTRL else {}
        for kind in ("keyDown", "keyUp"):
            more = text if kind == "keyDown" else {}
            await self.send(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, modifiers=modifiers, **more
            )
        await asyncio.sleep(0.2)

    async def pixels(self) -> bytes:
        """What the window shows, as a PNG."""
        shot = await self.send("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    async def picture(self, path: Path):
        path.write_bytes(await self.pixels())
