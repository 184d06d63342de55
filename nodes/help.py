"""Help pages in every language: ComfyUI's page asks for docs/<node>/<language>.md; what is not translated is told in
English."""

from pathlib import Path

PACK = Path(__file__).parent.parent
DOCS = PACK / "web" / "docs"


def serve_help() -> None:
    """Answer for the help pages of this pack's nodes; nothing where no server runs.

    The pack is in the address by the name of its folder: the server asks the longest fixed beginning first, and the
    folder's files have an address as long.
    """
    from urllib.parse import quote

    from server import PromptServer

    routes = getattr(getattr(PromptServer, "instance", None), "routes", None)
    if routes is None:
        return

    from aiohttp import web

    @routes.get(f"/extensions/{quote(PACK.name)}/docs/" + r"{node:\w+}/{language:[\w-]+}.md")
    async def page(request: web.Request) -> web.FileResponse:
        node, language = request.match_info["node"], request.match_info["language"]
        own = DOCS / node / f"{language}.md"
        return web.FileResponse(own if own.is_file() else DOCS / f"{node}.md")
