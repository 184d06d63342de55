"""A progress bar in the terminal."""


class Bar:
    """Over a fraction: `with Bar("speaking") as tell: tell(0.5, ...)`."""

    def __init__(self, name: str):
        from tqdm import tqdm

        self.bar = tqdm(total=100, desc=name, bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}", leave=False)

    def __enter__(self):
        return lambda portion, *_: self.bar.update(int(100 * portion) - self.bar.n)

    def __exit__(self, *_):
        self.bar.close()
