"""How what is written short is said: tables for normalise.py."""

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_OF = {month[:3]: month for month in MONTHS} | {"Sept": "September"}
DAY_OF = {"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}  # fmt: skip

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
    "Rs": ("rupee", "rupees", "paisa", "paise"),
    "Rs.": ("rupee", "rupees", "paisa", "paise"),
    "INR": ("rupee", "rupees", "paisa", "paise"),
    "NZ$": ("New Zealand dollar", "New Zealand dollars", "cent", "cents"),
    "HK$": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "kr": ("krone", "kroner", "øre", "øre"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
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
    "m/s²": ("meter per second squared", "meters per second squared"),
    "m/s": ("meter per second", "meters per second"),
    "km²": ("square kilometer", "square kilometers"),
    "m²": ("square meter", "square meters"),
    "m³": ("cubic meter", "cubic meters"),
    "cm³": ("cubic centimeter", "cubic centimeters"),
    "cm²": ("square centimeter", "square centimeters"),
    "mm²": ("square millimeter", "square millimeters"),
    "ft²": ("square foot", "square feet"),
    "in²": ("square inch", "square inches"),
    "sq ft": ("square foot", "square feet"),
    "sq. ft": ("square foot", "square feet"),
    "sq mi": ("square mile", "square miles"),
    "sq m": ("square meter", "square meters"),
    "sq km": ("square kilometer", "square kilometers"),
    "fl oz": ("fluid ounce", "fluid ounces"),
    "fl. oz": ("fluid ounce", "fluid ounces"),
    "ha": ("hectare", "hectares"),
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
    "in.": ("inch", "inches"),
    "yd": ("yard", "yards"),
    "mi": ("mile", "miles"),
    "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "cl": ("centiliter", "centiliters"),
    "L": ("liter", "liters"),
    "gal": ("gallon", "gallons"),
    "qt": ("quart", "quarts"),
    "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"),
    "psi": ("pound per square inch", "pounds per square inch"),
    "ppm": ("part per million", "parts per million"),
    "ppb": ("part per billion", "parts per billion"),
    "px": ("pixel", "pixels"),
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
    "wk": ("week", "weeks"),
    "wks": ("week", "weeks"),
    "yr": ("year", "years"),
    "yrs": ("year", "years"),
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

# Behind a slash: "20 dollars/hr".
PER = {
    "s": "second",
    "sec": "second",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "yr": "year",
    "gal": "gallon",
    "L": "liter",
    "l": "liter",
    "dL": "deciliter",
    "ml": "milliliter",
    "mL": "milliliter",
    "kg": "kilogram",
    "g": "gram",
    "lb": "pound",
    "oz": "ounce",
    "km": "kilometer",
    "mi": "mile",
    "m²": "square meter",
    "m³": "cubic meter",
    # fmt: skip
} | {word: word for word in "second minute hour day week month year night person gallon liter pound mile".split()}

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
    "w/": "with", "w/o": "without", "vs": "versus", "aka": "also known as", "a.k.a.": "also known as",
    "c/o": "care of", "b/c": "because", "dept.": "department", "govt.": "government", "misc.": "miscellaneous",
    "esp.": "especially", "incl.": "including", "excl.": "excluding", "max.": "maximum", "tel.": "telephone",
    "Inc": "Incorporated", "Ltd": "Limited", "Blvd": "Boulevard", "Hwy": "Highway", "Rte.": "Route", "Jr": "Junior",
}  # fmt: skip

# Names whose numeral is an ordinal: "Louis XIV" is the fourteenth, "Rocky IV" is four.
REGNAL = frozenset(
    "Pope King Queen Tsar Emperor Alexander Benedict Catherine Charles Edward Elizabeth Ferdinand Francis "
    "Frederick George Gregory Gustav Henry Innocent Ivan James John Leo Leopold Louis Ludwig Napoleon "
    "Nicholas Otto Paul Peter Philip Pius Ramses Richard Robert Urban Victoria Wilhelm William".split()
)

# Words whose numeral may be a single letter.
NUMBERED = frozenset(
    "Chapter Part Act Scene Section Book Volume Phase Article Type Level Stage Class Grade Episode Round War".split()
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
