"""A progress bar in the terminal."""

from collections.abc import Callable


class Bar:
    """Over a fraction: `with Bar("speaking") as tell: tell(0.5, ...)`."""

    def __init__(self, name: str):
        from tqdm import tqdm

        self.bar = tqdm(total=100, desc=name, bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}", leave=False)

    def __enter__(self) -> Callable[..., None]:
        return lambda portion, *_: self.bar.update(int(100 * portion) - self.bar.n)

    def __exit__(self, *_):
        self.bar.close()


class Count(Bar):
    """Over what is counted: `with Count("rendering", 250) as tell: tell(125)`."""

    def __init__(self, name: str, total: int):
        super().__init__(name)
        self.total = total

    def __enter__(self) -> Callable[..., None]:
        tell = super().__enter__()
        return lambda done, *_: tell(done / max(1, self.total))
