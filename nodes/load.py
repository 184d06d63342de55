"""Choosing weights: JAM-Flow, its vocoder, and what paints the portrait."""

import os
from pathlib import Path

import folder_paths
from comfy_api.latest import io

from ..jamflow_core.catalog import places
from ..jamflow_core.catalog.liveportrait import files_in
from ..jamflow_core.catalog.recognise import Kind
from ..jamflow_core.errors import JamFlowError
from .models import PRECISIONS, ManagedModels, managed_vocoder
from .node import CATEGORY, Node, report
from .sockets import Model, Portrait, Vocoder

FOLDER = "jamflow"
EMBEDDED_MODEL = "jamflow-tiny (embedded)"
EMBEDDED_VOCODER = "jamflow-tiny vocoder (embedded)"
MESH = "mesh (embedded)"
LIVEPORTRAIT = "LivePortrait"
# The artist's own files where they are, the embedded ones where they are not: for graphs that everybody can run.
OWN_MODEL = "F5-TTS, else embedded"
OWN_VOCODER = "Vocos, else embedded"
OWN_RENDERER = "LivePortrait, else mesh"
PORTRAITS = "liveportrait"


def register_folder() -> None:
    """Make models/jamflow and models/liveportrait model folders of ComfyUI's, with the places where F5-TTS packs keep
    their files beside them.

    Further places may come from extra_model_paths.yaml, under the names jamflow and liveportrait.
    """
    for place in (FOLDER, "checkpoints/F5-TTS", "F5-TTS", "TTS/F5-TTS", "vocos"):
        folder_paths.add_model_folder_path(FOLDER, os.path.join(folder_paths.models_dir, *place.split("/")))
    folder_paths.folder_names_and_paths[FOLDER][1].update({".safetensors", ".pt", ".pth", ".bin"})
    folder_paths.add_model_folder_path(PORTRAITS, os.path.join(folder_paths.models_dir, PORTRAITS))


def roots() -> list[Path]:
    """Where the core looks for weights: ComfyUI's models folder, and what extra_model_paths.yaml adds."""
    added = [Path(folder).parent for folder in folder_paths.get_folder_paths(FOLDER)]
    found = [Path(folder_paths.models_dir), *added, *map(Path, folder_paths.get_folder_paths(PORTRAITS))]
    return list(dict.fromkeys(found))


class LoadJamFlow(Node):
    """Files -> model, vocoder, portrait renderer."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        files = folder_paths.get_filename_list(FOLDER)
        painters = [LIVEPORTRAIT] if places.liveportrait_folders(roots()) else []
        return io.Schema(
            node_id="LoadJamFlow",
            display_name="Load JAM-Flow",
            category=CATEGORY,
            description="Loads the joint speech-and-face model, its vocoder and the portrait renderer. The embedded "
            "ones need no download; your own (F5-TTS, Vocos, LivePortrait) are found where other packs keep them.",
            search_aliases=["tts", "talking head", "lip sync", "text to speech", "checkpoint"],
            inputs=[
                io.Combo.Input(
                    "model",
                    options=[EMBEDDED_MODEL, OWN_MODEL, *files],
                    default=EMBEDDED_MODEL,
                    tooltip="The JAM-Flow model. The embedded one runs faster than real time on a CPU; files of "
                    "models/jamflow and models/F5-TTS are listed below it. With an F5-TTS checkpoint the embedded "
                    "model adds the lips.",
                ),
                io.Combo.Input(
                    "vocoder",
                    options=[EMBEDDED_VOCODER, OWN_VOCODER, *files],
                    default=EMBEDDED_VOCODER,
                    tooltip="What turns mel into sound: the embedded one, or a Vocos for 24 kHz, 100-bin mels "
                    "(vocos-mel-24khz, .safetensors or pytorch_model.bin) in models/jamflow or models/vocos.",
                ),
                io.Combo.Input(
                    "renderer",
                    options=[MESH, OWN_RENDERER, *painters],
                    default=MESH,
                    tooltip="What paints the portrait. The mesh renderer is embedded, runs on the CPU and takes "
                    "photos, paintings and drawings. LivePortrait paints photos better, with its five files in "
                    "models/liveportrait.",
                ),
                io.Combo.Input(
                    "precision",
                    options=list(PRECISIONS),
                    advanced=True,
                    tooltip="Number format of the weights of model and renderer. Auto lets ComfyUI choose for a GPU "
                    "and measures what a CPU is fast in.",
                ),
                io.Boolean.Input(
                    "compile",
                    default=False,
                    optional=True,
                    advanced=True,
                    tooltip="Compile the networks with torch.compile: the first run takes a minute longer. Meant for "
                    "GPUs and large models; the embedded one gains nothing on a CPU. Needs triton, or a C++ compiler "
                    "on a CPU.",
                ),
            ],
            outputs=[
                Model.Output(display_name="model", tooltip="The joint model, with its duration head and aligners."),
                Vocoder.Output(display_name="vocoder", tooltip="For JAM-Flow Vocoder Decode."),
                Portrait.Output(display_name="portrait", tooltip="The renderer, for JAM-Flow Portrait Render."),
            ],
        )

    @classmethod
    def validate_inputs(cls, model=None, vocoder=None, renderer=None):
        return True  # `run` says what is missing and where it would go, once: said here, ComfyUI repeats it for every
        input

    @classmethod
    def fingerprint_inputs(cls, model, vocoder, renderer, **_):
        try:
            chosen = [flow_file(model), vocoder_file(vocoder)]
        except FileNotFoundError:
            return None
        folder = portrait_folder() if renderer in (LIVEPORTRAIT, OWN_RENDERER) else None
        if folder is not None:
            chosen += files_in(folder)
        return [None if path is None else (str(path), path.stat().st_mtime) for path in chosen]

    @classmethod
    def run(cls, model, vocoder, renderer, precision, compile=False) -> io.NodeOutput:
        check_there(model, vocoder, renderer)
        flow, waves, folder = flow_file(model), vocoder_file(vocoder), None
        if renderer == LIVEPORTRAIT or renderer == OWN_RENDERER and portrait_folder() is not None:
            from ..jamflow_core.render.liveportrait import LivePortraitRenderer
            from .liveportrait import ManagedLivePortrait

            folder = places.find_portrait_networks(roots())
            painter = LivePortraitRenderer(ManagedLivePortrait(folder, precision, compile))
        else:
            from ..jamflow_core.catalog import renderers

            painter = renderers.load_renderer(renderers.MESH)
        own = (
            ("F5-TTS", model == OWN_MODEL, flow, Kind.F5),
            ("Vocos", vocoder == OWN_VOCODER, waves, Kind.VOCOS),
            ("LivePortrait", renderer == OWN_RENDERER, folder, places.LIVEPORTRAIT),
        )
        told = [f"No {name}, so embedded: {places.missing(kind, roots())}" for name, wanted, found, kind in own
                if wanted and found is None]  # fmt: skip
        told += [path.name for path in (flow, waves, folder) if path is not None]
        return io.NodeOutput(
            ManagedModels(flow, precision, compile),
            managed_vocoder(waves),
            painter,
            ui=report(*told, between="\n") if told else report("embedded"),
        )


def check_there(model: str, vocoder: str, renderer: str) -> None:
    """JamFlowError for a choice whose files are gone, or never were here: a shared graph may name them."""
    known = {EMBEDDED_MODEL, OWN_MODEL, EMBEDDED_VOCODER, OWN_VOCODER, *folder_paths.get_filename_list(FOLDER)}
    for name, value, kind in (("model", model, Kind.F5), ("vocoder", vocoder, Kind.VOCOS)):
        if value not in known:
            put = places.missing(kind, roots())
            raise JamFlowError(f"there is no {value!r}: choose another {name}; for {kind.value} {put}")
    if renderer not in (MESH, OWN_RENDERER, LIVEPORTRAIT):
        raise JamFlowError(f"there is no {renderer!r}: choose another renderer")
    if renderer == LIVEPORTRAIT and portrait_folder() is None:
        put = places.missing(places.LIVEPORTRAIT, roots())
        raise JamFlowError(f"LivePortrait is not there: choose another renderer, or {put}")


def flow_file(choice: str) -> Path | None:
    """The file of a choice of model; None for the embedded one."""
    return _file(choice, EMBEDDED_MODEL, OWN_MODEL, Kind.F5)


def vocoder_file(choice: str) -> Path | None:
    """The file of a choice of vocoder; None for the embedded one."""
    return _file(choice, EMBEDDED_VOCODER, OWN_VOCODER, Kind.VOCOS)


def _file(choice: str, embedded: str, own: str, kind) -> Path | None:
    if choice == own:
        return places.find_weights(kind, roots())
    return None if choice == embedded else Path(folder_paths.get_full_path_or_raise(FOLDER, choice))


def portrait_folder() -> Path | None:
    """Where files of LivePortrait are, all five or some."""
    return next(iter(places.liveportrait_folders(roots())), None)
