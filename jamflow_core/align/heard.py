"""What an aligner hears in a recording, against what it is said to say."""

from torch import Tensor

from .aligner import AudioAligner, class_of, phones_of


def edit_distance(reference, hypothesis) -> int:
    """Fewest insertions, deletions and substitutions that turn one sequence into the other (Levenshtein)."""
    row = list(range(len(hypothesis) + 1))
    for i, expected in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, found in enumerate(hypothesis, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (expected != found))
    return row[-1]


def phone_errors(aligner: AudioAligner, mel: Tensor, symbols) -> tuple[int, int]:
    """(errors, phones in `symbols`) of what is heard in a log mel [frames, 100]; stress, punctuation and silence do not
    count."""
    expected = [class_of(phone) for phone in phones_of(symbols)]
    return edit_distance(expected, aligner.recognise(mel)), len(expected)
