"""Choosing weights: JAM-Flow, its vocoder, and what paints the portrait."""

import os
from functools import cached_property
from pathlib import Path

import folder_paths
from comfy_api.latest import io

from .models import PRECISIONS, ManagedModels, managed_vocoder
from .node import CATEGORY, Node
from .sockets import Model, Portrait, Vocoder

FOLDER = "jamflow"
EMBEDDED_MODEL = "jamflow-tiny (embedded)"
EMBEDDED_VOCODER = "jamflow-tiny vocoder (embedded)"
MESH = "mesh (embedded)"


def register_folder() -> None:
    """Make models/jamflow a model folder of ComfyUI's, with the places where F5-TTS packs keep their files beside it.

    Further places may come from extra_model_paths.yaml, under the name jamflow.
    """
    for place in (FOLDER, "checkpoints/F5-TTS", "F5-TTS", "TTS/F5-TTS"):
        folder_paths.add_model_folder_path(FOLDER, os.path.join(folder_paths.models_dir, *place.split("/")))
    folder_paths.folder_names_and_paths[FOLDER][1].update({".safetensors", ".pt", ".pth", ".bin"})


class Renderer:
    """What travels on a JAMFLOW_PORTRAIT wire: how portraits are painted, and the face models, loaded at first use."""

    @cached_property
    def finder(self):
        from ..jamflow_core.render.face import FaceFinder

        return FaceFinder()


class LoadJamFlow(Node):
    """Files -> model, vocoder, portrait renderer."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        files = folder_paths.get_filename_list(FOLDER)
        return io.Schema(
            node_id="LoadJamFlow",
            display_name="Load JAM-Flow",
            category=CATEGORY,
            description="Loads the joint speech-and-face model, its vocoder and the portrait renderer. The embedded ones "
            "need no download; your own go to models/jamflow.",
            search_aliases=["tts", "talking head", "lip sync", "text to speech", "checkpoint"],
            inputs=[
                io.Combo.Input(
                    "model",
                    options=[EMBEDDED_MODEL, *files],
                    default=EMBEDDED_MODEL,
                    tooltip="The JAM-Flow model. The embedded one runs faster than real time on a CPU; files of "
                    "models/jamflow are listed below it.",
                ),
                io.Combo.Input(
                    "vocoder",
                    options=[EMBEDDED_VOCODER, *files],
                    default=EMBEDDED_VOCODER,
                    tooltip="What turns mel into sound: the embedded one, or a Vocos for 24 kHz, 100-bin mels "
                    "(vocos-mel-24khz as safetensors) in models/jamflow.",
                ),
                io.Combo.Input(
                    "renderer",
                    options=[MESH],
                    tooltip="What paints the portrait. The mesh renderer is embedded, runs on the CPU and takes photos, "
                    "paintings and drawings.",
                ),
                io.Combo.Input(
                    "precision",
                    options=list(PRECISIONS),
                    advanced=True,
                    tooltip="Number format of the model's weights. Auto lets ComfyUI choose for your device.",
                ),
            ],
            outputs=[
                Model.Output(
                    display_name="model", tooltip="The joint model, with its duration head and aligners."
                ),
                Vocoder.Output(display_name="vocoder", tooltip="For JAM-Flow Vocoder Decode."),
                Portrait.Output(display_name="portrait", tooltip="The renderer, for JAM-Flow Portrait Render."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, model, vocoder, **_):
        chosen = (_path(model, EMBEDDED_MODEL), _path(vocoder, EMBEDDED_VOCODER))
        return [None if path is None else path.stat().st_mtime for path in chosen]

    @classmethod
    def run(cls, model, vocoder, renderer, precision) -> io.NodeOutput:
        return io.NodeOutput(
            ManagedModels(_path(model, EMBEDDED_MODEL), precision),
            managed_vocoder(_path(vocoder, EMBEDDED_VOCODER)),
            Renderer(),
        )


def _path(name: str, embedded: str) -> Path | None:
    """The file of a choice; None for the embedded one."""
    return None if name == embedded else Path(folder_paths.get_full_path_or_raise(FOLDER, name))
