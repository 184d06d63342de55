"""`eval`: measure the model on held-out sentences; it has options of its own."""


def main(argv: list[str]) -> int:
    from ..train.evaluate import main as evaluate

    evaluate(argv)
    return 0
