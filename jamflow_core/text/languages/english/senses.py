"""Homographs: which words are nouns and verbs by turns, and the neighbours that tell meanings apart. American
phonemes.
"""

from typing import NamedTuple

from ...words import word_set


class Cues(NamedTuple):
    """Words right before, right behind, anywhere in the sentence; verb: only if it is one (True) or not (False)."""

    near: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    verb: bool | None = None


def _cues(near: str = "", before: str = "", after: str = "", verb: bool | None = None) -> Cues:
    return Cues(word_set(near), word_set(before), word_set(after), verb)


# word -> whether it is an adjective too: before a noun, an article proves nothing then.
VERBS_TOO = dict.fromkeys(
    word_set(
        "abuse abuses addict affect ally bow bows buffet combine commune compress conduct conducts conflict conflicts "
        "confine conscript conserve console consort construct contest contests contract contracts contrast contrasts "
        "convert converts convict convicts decrease decreases defect defects desert deserts digest discard discharge "
        "discount discourse document entrance escort essay estimate estimates excuse excuses exploit exploits export "
        "exports extract extracts impact implant import imports imprint incense incline increase increases insert "
        "insult insults intern invite lead leads object objects offset permit permits pervert produce progress "
        "project projects protest protests rebel rebels recall recap record records refund refuse reject rejects "
        "relapse relay remake research reset retake rewrite row segment sow subject subjects survey surveys suspect "
        "suspects tear tears torment transfer transfers transform transplant transport update upgrade upset use uses "
        "wind winds wound wounds delegate delegates duplicate graduate graduates advocate advocates associate "
        "associates house houses mouth attribute attributes content"
    ),
    False,
) | dict.fromkeys(
    word_set(
        "absent abstract alternate appropriate approximate articulate close compact compound content converse "
        "deliberate duplicate elaborate frequent intimate live moderate perfect present separate subordinate animate "
        "diffuse minute upset"
    ),
    True,
)
# Adjectives with a syllable more than the verb: (reading, the nouns they stand before).
_PEOPLE = "man woman men women people person parents mother father relative relatives lady gentleman couple king queen"
ATTRIBUTES = {
    "learned": (
        "lˈɜɹnɪd",
        word_set("professor man men woman scholar scholars judge society friend colleague gentleman doctor"),
    ),
    "aged": ("ˈAʤɪd", word_set(_PEOPLE)),
    "blessed": (
        "blˈɛsɪd",
        word_set("day event virgin mother sacrament relief life man thing are is be lord memory trinity"),
    ),
}
_METAL = (
    "pipe pipes paint poison poisoning pencil metal toxic zinc iron copper bullet bullets acid roof glass unleaded "
    "gasoline petrol heavy weighs mercury plumbing pencils crystal"
)
_FISH = "fish fishing lake caught catch river striped largemouth sea trout hook boat grilled"
SENSES = {
    "lead": (
        ("lˈɛd", _cues(_METAL, before="of molten for contain contains contained containing",
        after="poisoning pipe pipes paint pencil pencils shot weights acid balloon")),
    ),
    "bow": (
        ("bˈO", _cues("arrow arrows violin tie ribbon cello archer hair string strings shot quiver", verb=False)),
        (
            "bˈW",
            _cues("ship ships stern deck prow anchor starboard audience applause curtain sailor waves took takes "
            "take taking deep low polite", verb=False),
        ),
    ),
    "bows": (("bˈW", _cues("ship audience applause king queen", verb=False)),),
    "tear": (
        ("tˈɛɹ", _cues("jacket shirt hole muscle ligament rotator meniscus fabric cartilage retina cloth sleeve "
        "pants jeans paper wear tendon "
            "sail tent skin", after="apart down up open off gas")),
    ),
    "bass": (("bˈæs", _cues(_FISH, before="sea striped")), ("bˈAs", _cues(before="the a his her my",
    after="guitar drum player line clef",
        near="sang sing singer voice choir loud speaker treble song band music plays played play jazz sound double "
        "drums boost"))),
    "minute": (
        ("mInjˈut", _cues(after="amount amounts quantity quantities detail details difference differences particle "
        "particles trace traces "
            "fraction fractions change changes", before="so very too extremely")),
    ),
    "invalid": (("ˈɪnvələd", _cues(near="wheelchair nurse bedridden crippled", before="an elderly"),),),
    "axes": (("ˈæksᵻz",
    _cues("sharp chop wood tree trees battle sword swords weapons hammers hatchet cut throwing grind handles")),),
    "resume": (("ɹˈɛzəmˌA", _cues("job cv hiring", before="your my his her their a the this our")),),
    "resumes": (("ɹˈɛzəmˌAz", _cues("job hiring applicants candidates",
    before="your my his her their the these our")),),
    "does": (("dˈOz", _cues("deer buck bucks stag stags fawn fawns", before="the three four five six")),),
    "polish": (("pˈɑlɪʃ", _cues(after="the your my his her our it them this these up off", before="nail shoe to")),),
    "row": (("ɹˈW", _cues(before="blazing heated furious bitter diplomatic")),),
    "wound": (
        ("wˈWnd", _cues(after="up down around through its back tightly along round itself",
        before="tightly was were has had")),
        ("wˈWnd", _cues("clock watch string thread wire rope yarn bandage spring up down around back", verb=True)),
    ),
    "nice": (("nˈis", _cues("france riviera cannes monaco marseille")),),
    "reading": (("ɹˈɛdɪŋ", _cues("pennsylvania berkshire")),),
    "lima": (("lˈImə", _cues(after="bean beans")), ("lˈimə", _cues("peru"))),
    "mobile": (("mObˈil", _cues("alabama")),),
    "primer": (("pɹˈIməɹ", _cues("paint coat wall walls primer undercoat")), ("pɹˈɪməɹ", _cues(after="on for",
    before="a"))),
    "sewer": (("sˈOəɹ", _cues("thread needle fabric sewing")),),
    "august": (("ɔɡˈʌst", _cues(before="an", after="body institution assembly company")),),
    "entrance": (("ɪntɹˈæns", _cues(verb=True)),),
    "protest": (("pɹətˈɛst", _cues(verb=True)),),
    "protests": (("pɹətˈɛsts", _cues(verb=True)),),
    "export": (("ɪkspˈɔɹt", _cues(verb=True)),),
    "exports": (("ɪkspˈɔɹts", _cues(verb=True)),),
    "transfer": (("tɹænsfˈɜɹ", _cues(verb=True)),),
    "close": (("klˈOs", _cues(before="so too very that how stay stays stayed come came get gets got",
    after="to friends friend call by")),),
    "sake": (("sˈɑki", _cues("sushi japanese rice bottle drank drink cup", before="warm cold hot")),),
    "putting": (("pˈʌTɪŋ", _cues(after="green", near="golf golfer")),),
    "pasty": (("pˈæsti", _cues("cornish beef oven")),),
}  # fmt: skip
