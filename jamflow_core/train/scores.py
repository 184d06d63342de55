"""From figures of single recordings to a table and to the marks that the model has to reach."""

from dataclasses import dataclass

import numpy as np

# (heading, section, figure, digits)
_COLUMNS = (
    ("phoneme error %", "speak", "phoneme_error", 1),
    ("(teacher)", "teacher", "phoneme_error", 1),
    ("by hama %", "speak", "other_phone_error", 1),
    ("(teacher)", "teacher", "other_phone_error", 1),
    ("word error %", "speak", "word_error", 1),
    ("(teacher)", "teacher", "word_error", 1),
    ("DNSMOS", "speak", "dnsmos", 2),
    ("(teacher)", "teacher", "dnsmos", 2),
    ("voice", "speak", "similarity", 3),
    ("(teacher)", "teacher", "similarity", 3),
    ("both: jaw", "both", "jaw", 3),
    ("lag ms", "both", "lag", 0),
    ("closed %", "both", "closed", 1),
    ("animate: jaw", "animate", "jaw", 3),
    ("lag ms", "animate", "lag", 0),
    ("closed %", "animate", "closed", 1),
    ("dub: onsets ms", "dub", "dub", 0),
    ("motion only", "dub", "motion_only", 0),
    ("timing only", "dub", "timing_only", 0),
    ("neither", "dub", "neither", 0),
    ("aligner's own", "teacher", "onsets", 0),
)


def summarise(rows: list[dict]) -> dict[str, dict[str, float]]:
    """Rows of `Evaluation.row` -> {section: {figure: value}}.

    Errors and closures are pooled over all phones, words and closures (percent); onsets are the median over all phones
    (ms); the lag is the median over recordings; everything else is the mean.
    """
    sections = [name for name in rows[0] if isinstance(rows[0][name], dict)]
    return {section: _pooled([row[section] for row in rows]) for section in sections}


def _pooled(rows: list[dict]) -> dict[str, float]:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    ratios = {
        "phoneme_error": ("phone_errors", "phones"),
        "other_phone_error": ("other_errors", "other_phones"),
        "word_error": ("word_errors", "words"),
        "closed": ("closed", "closures"),
    }
    found = {}
    for name, (part, whole) in ratios.items():
        if whole in columns:
            found[name] = 100 * sum(columns.pop(part)) / max(1, sum(columns.pop(whole)))
    for name, values in columns.items():
        if isinstance(values[0], list):
            found[name] = float(np.median(np.concatenate(values)))
        else:
            found[name] = float(np.nanmedian(values) if name == "lag" else np.nanmean(values))
    return found


@dataclass(frozen=True)
class Bar:
    """One mark of the project's issue: `value` must be at most (or at least) `limit`."""

    name: str
    value: float
    limit: float
    at_most: bool

    @property
    def met(self) -> bool:
        return bool(self.value <= self.limit if self.at_most else self.value >= self.limit)

    def __str__(self) -> str:
        word = "at most" if self.at_most else "at least"
        return f"{'met   ' if self.met else 'MISSED'}  {self.name}: {self.value:.3g} ({word} {self.limit:.3g})"


def bars(overall: dict, by_voice: dict) -> list[Bar]:
    """The marks that the measured sections allow to judge."""
    teacher, marks = overall["teacher"], []
    speak = overall.get("speak", {})
    if "phoneme_error" in speak:
        excess = {
            voice: figures["speak"]["phoneme_error"] - 1.5 * figures["teacher"]["phoneme_error"]
            for voice, figures in by_voice.items()
        }
        worst = max(excess, key=excess.get)
        marks.append(
            Bar(f"phoneme error beyond 1.5 x the teacher's, worst voice ({worst}), points", excess[worst], 5, True)
        )
    if "dnsmos" in speak:
        marks.append(Bar("DNSMOS below the teacher's", teacher["dnsmos"] - speak["dnsmos"], 0.4, True))
    if "similarity" in speak:
        marks.append(Bar("similarity to the prompt's voice", speak["similarity"], 0.80, False))
    for section, name in (("animate", "audio -> motion"), ("both", "text -> both")):
        if section in overall:
            lips = overall[section]
            marks.append(Bar(f"{name}: correlation of the jaw", lips["jaw"], 0.85, False))
            marks.append(Bar(f"{name}: lag, ms", abs(lips["lag"]), 40, True))
            marks.append(Bar(f"{name}: closures, %", lips["closed"], 90, False))
    if "dub" in overall:
        dub = overall["dub"]
        marks.append(Bar("dubbing: median onset error, ms", dub["dub"], 60, True))
        marks.append(Bar("dubbing: onset error relative to no motion", dub["dub"] / dub["neither"], 0.5, True))
    return marks


def table(summaries: dict[str, dict]) -> str:
    """Text table: a line a voice, a column a measured figure."""
    first = next(iter(summaries.values()))
    columns = [column for column in _COLUMNS if column[2] in first.get(column[1], {})]
    head = ["voice", *(column[0] for column in columns)]
    body = [
        [voice, *(f"{figures[section][name]:.{digits}f}" for _, section, name, digits in columns)]
        for voice, figures in summaries.items()
    ]
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
    return "\n".join("  ".join(f"{cell:>{width}}" for cell, width in zip(line, widths)) for line in [head, *body])
