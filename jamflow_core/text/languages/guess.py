"""Which language a text is in, by its commonest little words: enough to warn before German is read as English."""

import re

from ..words import word_set

# Words that are common in one of these and in no other (English "die", "was", "no", "me" are in none but the first).
_LITTLE_WORDS = {
    "English": "the of and to is that it for are with his they be this have from had by but not what all were we "
    "when your can said there use an each which she do how their if will up about out many then them these so some "
    "her would was on i a no me as at or my in you he him our has who did more its been than",
    "German": "der das und ist nicht ich du wir ihr sie ein eine einen einem mit auf für von zu den dem sich auch "
    "wird sind oder wenn nach bei noch nur über kann haben guten heute aber werden wurde diese mein dein bitte danke",
    "French": "le les des et est une dans qui pas avec ne vous nous je il elle ce cette sont aux mais ou où comme "
    "être c'est j'ai n'est bonjour très aujourd'hui leur été merci",
    "Spanish": "el los las es una por para lo pero sus le ya este sí porque entre cuando muy sobre también hasta hay "
    "donde quien desde está hola buenos gracias mi usted",
    "Italian": "il gli è di che della nel anche si questo quella ho hai ciao molto bene perché oggi sono del alla "
    "grazie",
    "Portuguese": "um uma não com em na foi ao ele das dos você isso muito também está olá obrigado meu pelo mais",
    "Dutch": "het een van ik dat niet op te zijn voor ook maar om dan wat mijn dit je hij goedemorgen vandaag wij naar",
}
_WORDS = {name: word_set(listed) for name, listed in _LITTLE_WORDS.items()}
_ENOUGH = 3
_SAMPLE = 4000


def guess(text: str) -> str | None:
    """The name of the language that the beginning of a text is in, or None where its words do not tell."""
    heard = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text[:_SAMPLE].lower().replace("’", "'"))
    found = {name: sum(word in little for word in heard) for name, little in _WORDS.items()}
    best, second = sorted(found, key=found.__getitem__, reverse=True)[:2]
    different = len(_WORDS[best].intersection(heard))
    sure = different >= _ENOUGH and found[best] > 1.5 * found[second] and found[best] > 0.2 * len(heard)
    return best if sure else None
