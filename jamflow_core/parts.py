"""Modules of a package whose own __init__ imports far more than is used of it."""

import importlib
import sys
from importlib import util
from types import ModuleType


def parts_of(package: str, *names: str) -> list[ModuleType]:
    """The modules `package`.name, imported as if the package's __init__ were empty. ImportError where one is missing.

    Nothing of it stays in sys.modules: whoever imports the package later gets the whole of it. So a module that imports
    its neighbours only when it needs them would bring the whole package in; name those here too and hand them over.
    """
    spec = util.find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == package}
    try:
        sys.modules[package] = util.module_from_spec(spec)
        return [importlib.import_module(f"{package}.{name}") for name in names]
    finally:
        for name in list(sys.modules):
            if name.partition(".")[0] == package:
                del sys.modules[name]
        sys.modules.update(before)
