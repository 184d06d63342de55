"""Comparisons with official code, which is not part of this repository: skipped where it is not given."""


def pytest_configure(config):
    config.addinivalue_line("markers", "parity: compares with official code that must be given")
