"""Which of the shipped portraits a speaker gets who has none: a woman's for a woman's voice, a man's for a man's."""

from pathlib import Path

from ..voices import preset_gender

FOLDER = Path(__file__).parents[3] / "portraits"
FACES = {
    "female": ("mona_lisa", "pearl_earring", "drawing", "grace_hopper"),
    "male": ("drawing_man", "drawing_elder"),
}


def faces_for(speakers: dict[str, str]) -> dict[str, Path]:
    """Speakers and the names of their voices -> a picture each, in turn; whose voice is no preset gets the least used
    one.
    """
    used = {name: 0 for names in FACES.values() for name in names}
    found = {}
    for speaker, voice in speakers.items():
        names = FACES.get(preset_gender(voice), tuple(used))
        name = min(names, key=used.get)
        used[name] += 1
        found[speaker] = FOLDER / f"{name}.jpg"
    return found
