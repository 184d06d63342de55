"""Written English -> English that a dictionary can read, by the rules of its classes, one after the other.

Every rule rewrites an `Aligned`, so that what is said can be traced to the word as written.
"""

from ...aligned import Aligned
from . import (
    abbreviations,
    capitals,
    characters,
    dates,
    electronic,
    formulas,
    fractions,
    joined,
    measures,
    money,
    numbers,
    places,
    punctuation,
    romans,
    signs,
    telephone,
    times,
)

# The order matters: what is longer or surer comes first, marks that tell classes apart go last.
_WRITING = (*characters.PLAIN, *punctuation.EMOTICONS, *punctuation.REPEATED, *measures.FEET, *characters.FOLDED)
_SHAPES = (
    *punctuation.MARKUP,
    *telephone.CALLS,
    *numbers.GROUPED,
    *formulas.FUNCTIONS,
    *electronic.NAMES,
    *numbers.RANGES,
    *times.RANGES,
    *dates.RANGES,
    *romans.RANGES,
    *punctuation.DASHES,
    *numbers.LONG,
    *punctuation.BRACKETS,
    *punctuation.QUOTES,
)
_READINGS = (
    *places.RULES,
    *electronic.RULES,
    *telephone.DOTTED,
    *telephone.VERSIONS,
    *money.DECIMAL_COMMAS,
    *times.RULES,
    *dates.RULES,
    *money.RANGES,
    *measures.DECIMAL_COMMAS,
    *numbers.LISTS,
    *numbers.DASHES,
    *money.RULES,
    *numbers.ORDINALS,
    *measures.RULES,
    *fractions.RULES,
    *formulas.RULES,
    *numbers.SIZES,
    *numbers.ZEROS,
    *numbers.LABELS,
    *romans.RULES,
    *abbreviations.RULES,
    *signs.RULES,
    *capitals.RULES,
    *punctuation.SPACES,
    *joined.RULES,
)
_DATES = {british: dates.figures(british) for british in (False, True)}


def normalise(source: Aligned, british: bool = False) -> None:
    """Rewrite `source` in place; words of other scripts are left out, with a note."""
    _apply(source, characters.DRESSED)
    characters.leave_out_other_scripts(source)
    _apply(source, _WRITING)
    capitals.lower_shouts(source)
    _apply(source, (*_SHAPES, *_DATES[british], *_READINGS))


def _apply(source: Aligned, rules) -> None:
    for pattern, new, group in rules:
        source.sub(pattern, new, group)
