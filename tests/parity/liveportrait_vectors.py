"""Write tests/data/liveportrait.json from the official code.

`LIVEPORTRAIT_PATH=repository python tests/parity/liveportrait_vectors.py`
"""

import json
import sys
import tempfile
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import liveportrait_official as official  # noqa: E402
from liveportrait_weights import DATA, OPTIONS, figures, layout, motion_inputs, random_state, tiny_inputs  # noqa: E402


def layouts() -> dict:
    def shapes(net):
        return {key: list(value.shape) for key, value in net.state_dict().items()}

    return {size: {part: shapes(net) for part, net in official.networks(size).items()} for size in ("full", "tiny")}


def of_networks() -> dict[str, list[float]]:
    """Figures of the tiny networks."""
    nets, given = official.networks("tiny"), tiny_inputs()
    for part, net in nets.items():
        net.load_state_dict(random_state(layout("tiny")[part]))
    count = len(given["driving"])
    warped = nets["warping"](
        feature_3d=given["volume"].expand(count, -1, -1, -1, -1),
        kp_driving=given["driving"],
        kp_source=given["source"].expand(count, -1, -1),
    )
    heads = nets["motion"](given["picture"])
    results = {
        "appearance": nets["appearance"](given["picture"]),
        "motion": torch.cat([heads[name] for name in sorted(heads)], 1),
        "warping": warped["out"],
        "generator": nets["generator"](given["features"]),
    }
    return {name: figures(result) for name, result in results.items()}


def of_motion() -> dict[str, list[float]]:
    """Figures of the keypoints that the official pipeline makes, for each of OPTIONS."""
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        official.save(Path(folder), {"retargeting": random_state(layout("full")["retargeting"])})
        for name, options in OPTIONS.items():
            wrapper = official.wrapper(Path(folder), only_motion=True)
            made[name] = figures(official.keypoints(wrapper, *motion_inputs(name), options)[1])
    return made


if __name__ == "__main__":
    written = layouts()
    DATA.write_text(json.dumps(written))
    written |= {"networks": of_networks(), "motion": of_motion()}
    DATA.write_text(json.dumps(written, separators=(",", ":")).replace('},"', '},\n"') + "\n")
