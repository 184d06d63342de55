"""`voice learn`: recordings of a voice -> a file that speaks with it.

For voices whose owners agree.
"""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

from ..errors import JamFlowError
from .bar import Bar
from .files import check_ending, check_files, say
from .options import typed
from .sampling import Places, add_places


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("action", choices=("learn",), help="learn: from recordings of one voice whose owner agrees, best a minute")
    add("--audio", nargs="+", required=True, help="recordings, 8 s to 10 min in all")
    add("--text", nargs="+", help="what each recording says [heard by Whisper if it is installed, else by sound alone]")
    add("--out", required=True, help="the voice (.safetensors), for --voice and for scripts")
    add("--model", help="the JAM-Flow model that learns [the embedded one]")
    add("--sample", help="also write a sentence in the new voice (.wav)")
    add("--steps", type=int, help="how long to learn [160]")
    add("--seed", type=int, default=0)
    add_places(parser)


@dataclass(frozen=True)
class Learn:
    """What was asked for."""

    action: str
    audio: list[str]
    text: list[str] | None
    out: str
    model: str | None
    sample: str | None
    steps: int | None
    seed: int
    places: Places


def run(given: Namespace) -> None:
    from dataclasses import replace

    from ..media.sound import load_audio, save_wav
    from ..models import LoadedModels
    from ..tasks.learned import save_voice
    from ..train.learn import Plan, learn_voice

    options = typed(Learn, given)
    check_ending("--out", options.out, ".safetensors")
    check_ending("--sample", options.sample, ".wav")
    reads = {f"--audio {path}": path for path in options.audio} | {"--model": options.model}
    check_files(reads, {"--out": options.out, "--sample": options.sample})
    plan = replace(Plan(), seed=options.seed, steps=options.steps or Plan().steps)
    if not 1 <= plan.steps <= 5000 or plan.seed < 0:
        raise JamFlowError("--steps must be between 1 and 5000, --seed 0 or more.")
    recordings = [load_audio(path) for path in options.audio]
    reports = []
    with Bar("learning") as tell:

        def follow(report):
            reports.append(report)
            tell(report.step / report.steps)

        voice = learn_voice(LoadedModels(options.model), recordings, options.text, Path(options.out).stem, plan, follow)
    save_voice(options.out, voice)
    print(options.out)
    first, last = reports[0], reports[-1]
    say(f"{100 * first.misheard:.0f} % of its phones were misheard before, {100 * last.misheard:.0f} % are now.")
    if options.sample:
        save_wav(options.sample, last.sample)
        print(options.sample)
