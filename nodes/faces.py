"""The faces of a picture in ComfyUI's folders, for the page: numbered boxes to click on (web/jamflow_faces.js)."""

import asyncio
import os
from itertools import islice
from pathlib import Path

import folder_paths

from ..jamflow_core.errors import JamFlowError

MOST = 16


def faces_in(path: Path) -> dict:
    """{width, height, faces: [[x0, y0, x1, y1], ...]} of a picture, in pixels, in the order of their numbers."""
    from ..jamflow_core.face.finder import face_finder
    from ..jamflow_core.media.picture import read_image

    picture = read_image(path)
    boxes = []
    for face in islice(face_finder().faces(picture), MOST):
        points = face.points[:, :2]
        boxes.append([round(float(side), 1) for side in (*points.min(axis=0), *points.max(axis=0))])
    return {"width": picture.shape[1], "height": picture.shape[0], "faces": boxes}


def picture_of(query) -> Path | None:
    """The file that a /view address names, if it is one of ComfyUI's folders."""
    root = folder_paths.get_directory_by_type(query.get("type", "input"))
    if root is None:
        return None
    root = os.path.realpath(root)
    path = os.path.realpath(os.path.join(root, query.get("subfolder", ""), query.get("filename", "")))
    inside = os.path.commonpath((root, path)) == root
    return Path(path) if inside and os.path.isfile(path) else None


def serve_faces() -> None:
    """Answer the page's question for the faces of a picture; nothing where no server runs."""
    from aiohttp import web
    from server import PromptServer

    routes = getattr(getattr(PromptServer, "instance", None), "routes", None)
    if routes is None:
        return

    @routes.get("/jamflow/faces")
    async def faces(request: web.Request) -> web.Response:
        path = picture_of(request.query)
        if path is None:
            return web.json_response({"faces": []}, status=404)
        try:
            return web.json_response(await asyncio.to_thread(faces_in, path))
        except JamFlowError:  # no picture, or one that nobody can read
            return web.json_response({"faces": []})
