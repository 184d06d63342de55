"""A node of ComfyUI's own between the two that cut mouths out and lay them back."""

import graphs as g
import torch


def test_any_upscaler_fits_between_crops_and_paste(comfy):
    """The frames keep their size; the mouth changes, and all that is away from it stays bit for bit."""
    comfy.forget()
    graph = g.speak()
    graph.pop("video")
    graph["render"]["inputs"] |= {"output": "frames", "head_motion": 0.0}
    graph["crops"] = g.node("JamFlowMouthCrops", frames=["render", 1], region="mouth", size=128)
    graph["restorer"] = g.node("ImageScaleBy", image=["crops", 0], upscale_method="nearest-exact", scale_by=2.0)
    graph["paste"] = g.node(
        "JamFlowPasteMouths", frames=["render", 1], crops=["restorer", 0], places=["crops", 1], strength=1.0
    )
    graph["look"] = g.node("PreviewImage", images=["paste", 0])
    comfy.run(graph)
    before, after, crops = comfy.outputs("render")[1], comfy.outputs("paste")[0], comfy.outputs("crops")[0]
    assert before.shape == after.shape and crops.shape[1:] == (128, 128, 3)
    changed = (before != after).flatten(1).float().mean(1)
    assert 0 < changed.min() and changed.max() < 0.2
    half = before.shape[1] // 2
    assert torch.equal(before[:, : half // 2], after[:, : half // 2])
