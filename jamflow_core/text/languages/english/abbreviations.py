"""What is written short: titles, words with a full stop, Latin."""

import re

from .rules import alternatives, before, rule, sentence_ends

# Before a name; the full stop ends no sentence.
_TITLES = {
    "Mr": "Mister", "Mrs": "Mrs", "Ms": "Miz", "Mx": "Mix", "Dr": "Doctor", "Prof": "Professor", "St": "Saint",
    "Mt": "Mount",
    "Ft": "Fort", "Gen": "General", "Gov": "Governor", "Sen": "Senator", "Rep": "Representative", "Capt": "Captain",
    "Lt": "Lieutenant", "Col": "Colonel", "Sgt": "Sergeant", "Cmdr": "Commander", "Rev": "Reverend",
    "Hon": "Honorable", "Pres": "President", "Cpl": "Corporal", "Maj": "Major", "Adm": "Admiral", "Fr": "Father",
    "Supt": "Superintendent", "Pvt": "Private", "Insp": "Inspector", "Ste": "Saint", "Sr": "Sister",
    "Msgr": "Monsignor",
}  # fmt: skip
# With their full stop, which may also end the sentence.
_WORDS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "cf.": "compare", "viz.": "namely",
    "et al.": "and others", "approx.": "approximately", "est.": "established", "Jr.": "Junior", "Sr.": "Senior",
    "St.": "Street", "Dr.": "Drive", "Ave.": "Avenue", "Blvd.": "Boulevard", "Rd.": "Road", "Ln.": "Lane",
    "Ct.": "Court",
    "Pl.": "Place", "Sq.": "Square", "Hwy.": "Highway", "Apt.": "Apartment", "Bldg.": "Building", "Ltd.": "Limited",
    "Inc.": "Incorporated", "Corp.": "Corporation", "Co.": "Company", "Bros.": "Brothers", "Dept.": "Department",
    "Univ.": "University", "Assn.": "Association", "Govt.": "Government", "Intl.": "International", "Natl.": "National",
    "vol.": "volume", "Vol.": "Volume", "fig.": "figure", "Fig.": "Figure", "ch.": "chapter", "Ch.": "Chapter",
    "pp.": "pages",
    "Mon.": "Monday", "Tue.": "Tuesday", "Tues.": "Tuesday", "Wed.": "Wednesday", "Thu.": "Thursday",
    "Thur.": "Thursday",
    "Thurs.": "Thursday", "Fri.": "Friday", "w/": "with", "w/o": "without", "vs": "versus", "aka": "also known as",
    "a.k.a.": "also known as", "c/o": "care of", "b/c": "because", "dept.": "department", "govt.": "government",
    "misc.": "miscellaneous", "esp.": "especially", "incl.": "including", "excl.": "excluding", "max.": "maximum",
    "tel.": "telephone", "Inc": "Incorporated", "Ltd": "Limited", "Blvd": "Boulevard", "Hwy": "Highway",
    "Rte.": "Route",
    "Jr": "Junior", "attn.": "attention", "hrs.": "hours", "hr.": "hour", "mins.": "minutes", "secs.": "seconds",
    "yrs.": "years",
    "yr.": "year", "wks.": "weeks", "lbs.": "pounds", "lb.": "pound", "oz.": "ounces", "tbsp.": "tablespoon",
    "tsp.": "teaspoon",
    "ft.": "feet", "ed.": "edition", "eds.": "editors", "trans.": "translated", "temp.": "temperature",
    "avg.": "average",
    "assoc.": "association", "asst.": "assistant", "mgr.": "manager", "ext.": "extension", "ref.": "reference",
    "resp.": "respectively", "abbr.": "abbreviation", "adj.": "adjective", "adv.": "adverb", "prep.": "preparation",
    "bldg.": "building", "mfg.": "manufacturing", "orig.": "originally", "prev.": "previous", "cont.": "continued",
    "qty.": "quantity", "no.": "number", "nos.": "numbers", "para.": "paragraph", "sect.": "section", "tbd": "T.B.D.",
    "Wash.": "Washington", "Calif.": "California", "Mass.": "Massachusetts", "Penn.": "Pennsylvania",
    "Conn.": "Connecticut",
    "Fla.": "Florida", "Tex.": "Texas", "Ariz.": "Arizona", "Ore.": "Oregon", "Colo.": "Colorado", "Minn.": "Minnesota",
    "Mich.": "Michigan", "Wis.": "Wisconsin", "Tenn.": "Tennessee", "Okla.": "Oklahoma", "Ala.": "Alabama",
    
}  # fmt: skip
# Words too: short only where something follows them that says so.
_ONLY_BEFORE = {"no.", "nos.", "ed.", "prep.", "oz.", "ft.", "ref.", "temp.", "trans.", "cont.", "Mass.", "Ore."}
_NEVER_LAST = ("attn.", "e.g.", "i.e.", "vs.", "cf.", "a.k.a.")
_SHORT = {
    written: said
    for short, said in _WORDS.items()
    if short not in _ONLY_BEFORE
    for written in (short, short[0].upper() + short[1:])
}


def _title(match: re.Match) -> str | None:
    """Titles stand before a name; "12 Main St. He ..." and "in Elm Dr. We ..." are streets, with a name before them."""
    street = f"{match[1]}." in _WORDS and re.search(r"[\w,] [A-Z][a-z]{1,30} $", before(match))
    return None if street or match[1] == "Sr" and before(match).endswith(" ") else _TITLES[match[1]]


def _abbreviation(match: re.Match) -> str:
    ends = match[0].endswith(".") and match[0].lower() not in _NEVER_LAST and sentence_ends(match)
    return _SHORT[match[0]] + ("." if ends else "")


RULES = (
    rule(rf"\b({alternatives(_TITLES)})\.?(?= [A-Z])", _title),
    rule(rf"(?<![\w.])(?:{alternatives(_SHORT)})(?!\w)", _abbreviation),
    rule(r"(?<![\w.])(?:[Nn]os\.)(?=\s?\d)", "numbers"),
    rule(r"(?<=[a-zA-Z]) VS (?=\w)", " versus "),
    rule(r"(?<=\d) oz\.(?=\s|$)", " ounces"),
    rule(r"\bCO ?2\b", "C O 2"),
    rule(r"\bH ?2 ?O\b", "H 2 O"),
    rule(r"\bUS-(?=\d)", "U.S. "),
    rule(r"(?<![\w.])[Ss]q\. ?ft\.", "square foot"),
)
