"""`train PART`: train a part of the model; every part has its own options."""

from argparse import ArgumentParser
from importlib import import_module

from .bar import Bar

TRAININGS = {
    "prepare": "decode a corpus into the cache that training reads",
    "teacher": "make teacher speech from pip packages",
    "voice-vector": "the network that hears who speaks, before the streams learn from it",
    "cleaner": "what cleans the recordings that the streams hear",
    "flow": "the two streams",
    "durations": "the duration head",
    "aligner": "the aligners of voice and lips",
    "copies": "the corpus as the flow model paints it, for the vocoder",
    "vocoder": "the small Vocos",
    "voices": "the preset voices",
    "export": "a checkpoint and a duration head -> one model file",
    "schedule": "grids of few steps, distilled from a model into its file",
}
# Modules of `train` with another name than their part.
MODULES = {"flow": "trainer", "voices": "presets", "voice-vector": "voice_vector"}


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in TRAININGS:
        width = max(map(len, TRAININGS))
        print("usage: jamflow_core train PART [options]\n")
        print("\n".join(f"  {name:{width}}  {summary}" for name, summary in TRAININGS.items()))
        return 0 if argv[:1] in ([], ["-h"], ["--help"]) else 2
    if argv[0] == "prepare":
        prepare(argv[1:])
    else:
        import_module(f"..train.{MODULES.get(argv[0], argv[0])}", __package__).main(argv[1:])
    return 0


def prepare(argv: list[str]) -> None:
    """`train prepare`."""
    from ..train.corpus import prepare as decode

    parser = ArgumentParser("jamflow_core train prepare")
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--cache", required=True)
    chosen = parser.parse_args(argv)
    with Bar("decoding") as tell:
        decode(chosen.corpus, chosen.cache, lambda done, total: tell(done / total))
