"""Which language a text is in, by its commonest little words: enough to warn before German is read as English."""

import re

_LITTLE_WORDS = {
    "English": "the of and to in is that it was for on are as with his they at be this have from or had by but not what all were "
    "we when your can said there use an each which she do how their if will up about out many then them these so some her would",
    "German": "der die das und ist nicht ich du wir ihr sie ein eine einen einem mit auf für von zu den dem des im sich auch es war "
    "wie wird sind aber oder wenn nach bei noch nur über kann haben hat guten heute",
    "French": "le la les des et est une dans que qui pour pas sur avec ne vous nous je il elle ce cette sont au aux du plus mais ou "
    "où comme être c'est j'ai n'est bonjour très aujourd'hui",
    "Spanish": "el la los las y es una en que por para con no se su del al lo como más pero sus le ya o este sí porque esta entre "
    "cuando muy sin sobre también me hasta hay donde quien desde está hola buenos",
    "Italian": "il lo la gli le e è un una di che non per con sono del della nel ma come più anche si questo quella ho hai ciao "
    "molto bene perché oggi",
    "Portuguese": "o a os as e é um uma de que não para com do da em no na por mais mas como foi ao ele das dos você isso muito "
    "também está olá obrigado",
    "Dutch": "de het een en van ik is dat niet in op te zijn met voor er aan ook als maar om dan zou wat mijn men dit zo door over "
    "je hij goedemorgen vandaag",
}
_WORDS = {name: frozenset(words.split()) for name, words in _LITTLE_WORDS.items()}
_ENOUGH = 3
_SAMPLE = 4000


def guess(text: str) -> str | None:
    """The name of the language that the beginning of a text is in, or None where its words do not tell."""
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text[:_SAMPLE].lower().replace("’", "'"))
    found = {name: sum(word in little for word in words) for name, little in _WORDS.items()}
    best, second = sorted(found, key=found.__getitem__, reverse=True)[:2]
    sure = found[best] >= _ENOUGH and found[best] > 1.3 * found[second] and found[best] > 0.15 * len(words)
    return best if sure else None
