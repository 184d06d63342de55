"""The logic of the browser's timeline, tested where it runs: by node, when there is one."""

import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parent / "web"


@pytest.mark.parametrize("suite", sorted(WEB.glob("*.test.mjs")), ids=lambda path: path.stem)
def test_timeline_logic(suite):
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node (18 or newer) in the path")
    run = subprocess.run([node, "--test", str(suite)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
