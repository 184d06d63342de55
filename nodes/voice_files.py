"""Learned voices below ComfyUI's models folder."""

from pathlib import Path

import folder_paths


def voice_folders() -> list[Path]:
    """Where learned voices lie; the first is where they are saved."""
    from ..jamflow_core.tasks.learned import FOLDER

    return [Path(place) / FOLDER for place in folder_paths.get_folder_paths("jamflow")]


def learned_voices() -> dict[str, Path]:
    """Learned voices by what the combo calls them."""
    from ..jamflow_core.tasks.learned import voice_files

    return {f"{path.stem} (learned)": path for folder in reversed(voice_folders()) for path in voice_files(folder)}
