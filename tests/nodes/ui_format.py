"""Workflows as ComfyUI's frontend saves them (UI format) -> the API format that a server runs."""

FRONTEND_ONLY = {"MarkdownNote", "Note"}
INPUTS = -10  # the id of a subgraph's input side


def to_api(workflow: dict) -> dict:
    """A whole workflow, without subgraphs: {node id: {class_type, inputs}}."""
    origins = {link[0]: [str(link[1]), link[2]] for link in workflow["links"]}
    return _nodes(workflow["nodes"], origins)


def subgraph_to_api(workflow: dict) -> dict:
    """The inside of the one subgraph of a blueprint, its inputs left as the widgets inside say."""
    (subgraph,) = workflow["definitions"]["subgraphs"]
    links = [link for link in subgraph["links"] if link["origin_id"] != INPUTS]
    return _nodes(subgraph["nodes"], {link["id"]: [str(link["origin_id"]), link["origin_slot"]] for link in links})


def _nodes(nodes: list[dict], origins: dict) -> dict:
    graph = {}
    for node in nodes:
        if node["type"] in FRONTEND_ONLY:
            continue
        inputs = dict(node.get("widgets_values_named") or {})
        inputs.pop("control_after_generate", None)
        inputs |= {
            socket["name"]: origins[socket["link"]] for socket in node["inputs"] if socket.get("link") in origins
        }
        graph[str(node["id"])] = {"class_type": node["type"], "inputs": inputs}
    return graph
