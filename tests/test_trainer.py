"""The trainer of the flow: it resumes exactly, goes on from an exported model, and two processes meet in the middle.

And what the vocoder learns of it: copies of the corpus that stay in step with the recordings.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from jamflow_core.clock import HOP
from jamflow_core.config import JamFlowConfig
from jamflow_core.model.duration import DurationHead
from jamflow_core.model.jamflow import JamFlow
from jamflow_core.models import LoadedModels, save_flow
from jamflow_core.train.copies import main as copies
from jamflow_core.train.corpus import Cache
from jamflow_core.train.optimise import Peer, rate
from jamflow_core.train.schedule import STEPS
from jamflow_core.train.schedule import main as schedule
from jamflow_core.train.trainer import main as train
from jamflow_core.train.vocoder import Segments


def run(cache, out, *options):
    shared = ["--cache", str(cache), "--cpu", "--batch", "1", "--window", "60", "--warmup", "1", "--stage", "2"]
    train([*shared, "--out", str(out), *options])
    return torch.load(out / "checkpoint.pt", weights_only=True)


def test_resumes_exactly(cache, tmp_path):
    whole = run(cache, tmp_path / "whole", "--steps", "4")
    run(cache, tmp_path / "parts", "--steps", "2")
    resumed = run(cache, tmp_path / "parts", "--steps", "4")
    assert resumed["step"] == whole["step"] == 4
    for kind in ("model", "average"):
        assert all(torch.equal(resumed[kind][name], value) for name, value in whole[kind].items())


def test_goes_on_from_an_exported_model(cache, tmp_path):
    first = run(cache, tmp_path / "first", "--steps", "1")
    flow = JamFlow(JamFlowConfig.from_json(first["config"]))
    flow.load_state_dict(first["average"])
    save_flow(tmp_path / "model.safetensors", flow, DurationHead(), torch.float32)
    further = run(cache, tmp_path / "further", "--steps", "0", "--init", str(tmp_path / "model.safetensors"))
    assert further["config"] == first["config"]
    assert all(torch.equal(further["model"][name], value) for name, value in first["average"].items())


@pytest.mark.parametrize("which", ("flow", "vocoder"))
@pytest.mark.skipif(sys.platform != "linux", reason="two processes meet by gloo, tried on Linux")
def test_two_processes_stay_one_model(cache, tmp_path, which):
    """`accelerate` with two processes: every task, the discriminators too; the weights stay equal, one of them
    writes.
    """
    script = Path(__file__).parent / "processes.py"
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", str(script)]
    done = subprocess.run([*launch, which, str(cache), str(tmp_path / "out")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "out" / "checkpoint.pt").exists()


def test_rate():
    assert [rate(step, 4, None, None) for step in (0, 1, 3, 99)] == [0.25, 0.5, 1.0, 1.0]
    assert [rate(step, 1, 10, 20) for step in (9, 15, 20)] == pytest.approx([1.0, 0.5, 0.02])
    assert [rate(99, 1, None, None, passed) for passed in (0.0, 0.5, 1.0)] == pytest.approx([1.0, 0.5, 0.01])


def test_peers_meet_in_the_middle(tmp_path):
    one, two = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    (tmp_path / "one").mkdir(), (tmp_path / "two").mkdir()
    peer = Peer(one, tmp_path / "one", tmp_path / "two"), Peer(two, tmp_path / "two", tmp_path / "one")
    start = one.weight.detach().clone()
    peer[0].meet()
    assert torch.equal(one.weight, start), "nobody is there yet"
    middle = torch.lerp(two.weight.detach(), start, 0.5)
    peer[1].meet()
    assert torch.allclose(two.weight, middle)
    peer[1].meet()
    assert torch.allclose(two.weight, middle), "what was met is not met again"


def test_grids_of_few_steps_go_into_the_model_file(cache, tmp_path):
    clips = json.loads((cache / "clips.json").read_text())
    (cache / "clips.json").write_text(json.dumps([clip | {"voice": "af_heart"} for clip in clips]))
    out = tmp_path / "model.safetensors"
    schedule(["--cache", str(cache), "--sentences", "1", "--fine", "16", "--out", str(out)])
    made, embedded = LoadedModels(out).flow, LoadedModels().flow
    assert [len(grid) - 1 for grid in made.config.schedules] == list(STEPS)
    assert all(grid[0] == 0 and grid[-1] == 1 and list(grid) == sorted(set(grid)) for grid in made.config.schedules)
    assert all(torch.equal(a, b) for a, b in zip(made.parameters(), embedded.parameters()))


def test_copies_are_painted_in_step_with_the_recordings(cache, tmp_path):
    copies(["--cache", str(cache), "--out", str(tmp_path / "copies"), "--clips", "3", "--steps", "2"])
    source, made = Cache(cache), Cache(tmp_path / "copies")
    assert len(made) == 3
    for clip in (made[index] for index in range(3)):
        recorded = source[int(clip.id)]
        assert len(clip.mel) == len(recorded.mel) and len(clip.wave) == len(clip.mel) * HOP
        assert 0 < abs(clip.mel.astype(float) - recorded.mel).mean() < 4
    mel, wave = Segments(source, 20, made).batch(4, torch.Generator().manual_seed(0))
    assert mel.shape == (4, 21, 100) and wave.shape == (4, 20 * HOP)
