"""How what is written short is said: tables for normalise.py."""

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_OF = {month[:3]: month for month in MONTHS} | {"Sept": "September"}

# symbol -> (one, many, one hundredth, hundredths)
CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("US dollar", "US dollars", "cent", "cents"),
    "A$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "C$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "USD": ("US dollar", "US dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "sen", "sen"),
    "JPY": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
}
MAGNITUDES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "tn": "trillion"} | {
    word: word for word in ("hundred", "thousand", "million", "billion", "trillion")
}

# unit -> (one, many)
UNITS = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "m/s": ("meter per second", "meters per second"),
    "km²": ("square kilometer", "square kilometers"),
    "m²": ("square meter", "square meters"),
    "m³": ("cubic meter", "cubic meters"),
    "cm³": ("cubic centimeter", "cubic centimeters"),
    "sq ft": ("square foot", "square feet"),
    "sq mi": ("square mile", "square miles"),
    "km": ("kilometer", "kilometers"),
    "m": ("meter", "meters"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "µm": ("micrometer", "micrometers"),
    "nm": ("nanometer", "nanometers"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "µg": ("microgram", "micrograms"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ft": ("foot", "feet"),
    "yd": ("yard", "yards"),
    "mi": ("mile", "miles"),
    "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "L": ("liter", "liters"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "KB": ("kilobyte", "kilobytes"),
    "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"),
    "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"),
    "MW": ("megawatt", "megawatts"),
    "GW": ("gigawatt", "gigawatts"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "mAh": ("milliamp hour", "milliamp hours"),
    "V": ("volt", "volts"),
    "dB": ("decibel", "decibels"),
    "fps": ("frame per second", "frames per second"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "bpm": ("beat per minute", "beats per minute"),
    "kcal": ("kilocalorie", "kilocalories"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
    "¢": ("cent", "cents"),
}

# Before a name; the full stop ends no sentence.
TITLES = {
    "Mr": "Mister", "Mrs": "Mrs", "Ms": "Miz", "Dr": "Doctor", "Prof": "Professor", "St": "Saint", "Mt": "Mount",
    "Ft": "Fort", "Gen": "General", "Gov": "Governor", "Sen": "Senator", "Rep": "Representative", "Capt": "Captain",
    "Lt": "Lieutenant", "Col": "Colonel", "Sgt": "Sergeant", "Cmdr": "Commander", "Rev": "Reverend",
    "Hon": "Honorable", "Pres": "President", "Cpl": "Corporal", "Maj": "Major", "Adm": "Admiral", "Fr": "Father",
    "Supt": "Superintendent",
}  # fmt: skip
# With their full stop, which may also end the sentence.
ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "cf.": "compare",
    "et al.": "and others", "approx.": "approximately", "est.": "established", "Jr.": "Junior", "Sr.": "Senior",
    "St.": "Street", "Dr.": "Drive", "Ave.": "Avenue", "Blvd.": "Boulevard", "Rd.": "Road", "Ln.": "Lane",
    "Hwy.": "Highway", "Apt.": "Apartment", "Bldg.": "Building", "Ltd.": "Limited", "Inc.": "Incorporated",
    "Corp.": "Corporation", "Co.": "Company", "Bros.": "Brothers", "Dept.": "Department", "Univ.": "University",
    "Assn.": "Association", "Govt.": "Government", "vol.": "volume", "Vol.": "Volume", "fig.": "figure",
    "Fig.": "Figure", "ch.": "chapter", "Ch.": "Chapter", "pp.": "pages", "Mon.": "Monday", "Tue.": "Tuesday",
    "Tues.": "Tuesday", "Wed.": "Wednesday", "Thu.": "Thursday", "Thurs.": "Thursday", "Fri.": "Friday",
    "w/": "with", "w/o": "without", "vs": "versus", "aka": "also known as",
}  # fmt: skip

# Names whose numeral is an ordinal: "Louis XIV" is the fourteenth, "Rocky IV" is four.
REGNAL = frozenset(
    "Pope King Queen Tsar Emperor Alexander Benedict Catherine Charles Edward Elizabeth Ferdinand Francis "
    "Frederick George Gregory Gustav Henry Innocent Ivan James John Leo Leopold Louis Ludwig Napoleon "
    "Nicholas Otto Paul Peter Philip Pius Ramses Richard Robert Urban Victoria Wilhelm William".split()
)

FRACTIONS = {
    2: ("half", "halves"), 3: ("third", "thirds"), 4: ("quarter", "quarters"), 5: ("fifth", "fifths"), 6: ("sixth",
    "sixths"), 7: ("seventh", "sevenths"), 8: ("eighth", "eighths"), 9: ("ninth", "ninths"), 10: ("tenth",
    "tenths"), 12: ("twelfth", "twelfths"), 16: ("sixteenth", "sixteenths"), 20: ("twentieth", "twentieths"),
    32: ("thirty-second", "thirty-seconds"), 100: ("hundredth", "hundredths"),
}  # fmt: skip

SYMBOLS = {
    "=": "equals", "≈": "is about", "≠": "is not equal to", "≤": "is at most", "≥": "is at least",
    "<": "is less than", ">": "is greater than", "±": "plus or minus", "×": "times", "÷": "divided by",
    "√": "square root of", "∞": "infinity", "²": "squared", "³": "cubed", "°": "degrees", "%": "percent",
    "©": "copyright", "§": "section", "¶": "paragraph", "№": "number", "→": "to", "$": "dollars", "£": "pounds",
    "€": "euros", "¥": "yen",
}  # fmt: skip
IN_ADDRESSES = {
    ".": "dot", "@": "at", "/": "slash", "-": "dash", "_": "underscore", "+": "plus", ":": "colon",
    "?": "question mark", "=": "equals", "&": "and", "#": "hash", "%": "percent", "~": "tilde", ",": "comma",
}  # fmt: skip
