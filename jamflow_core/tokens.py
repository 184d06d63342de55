"""The alphabet: one character is one symbol, as Kokoro and hibari read misaki phonemes."""

FILLER = "<filler>"
SILENCE = "<sil>"
# The order is part of every checkpoint: append, never reorder.
_ALPHABET = (
    ';:,.!?—…"()“” ̃ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ'
)
SYMBOLS: tuple[str, ...] = (FILLER, SILENCE, *_ALPHABET)
_ID = {symbol: index for index, symbol in enumerate(SYMBOLS)}


def encode(symbols) -> list[int]:
    """Symbols (an iterable of str) -> ids; KeyError names a symbol outside the alphabet."""
    return [_ID[symbol] for symbol in symbols]


def decode(ids) -> list[str]:
    """Ids (an iterable of int) -> symbols."""
    return [SYMBOLS[index] for index in ids]
