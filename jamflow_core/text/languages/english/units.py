"""Units of measure and how they are said: prefixes times bases, and those that stand alone."""

from ...words import word_set

# base -> (one, many, the prefixes it takes)
_BASES = {
    "m": ("meter", "meters", "kcmµμnpd"),
    "g": ("gram", "grams", "kmµμn"),
    "s": ("second", "seconds", "mµμnp"),
    "L": ("liter", "liters", "cmdhµμ"),
    "l": ("liter", "liters", "cmdhµμ"),
    "V": ("volt", "volts", "kmMµμ"),
    "W": ("watt", "watts", "kMGTmµμ"),
    "Wh": ("watt hour", "watt hours", "kMGT"),
    "Ah": ("amp hour", "amp hours", "mk"),
    "A": ("amp", "amps", "mkµμn"),
    "Hz": ("hertz", "hertz", "kMGT"),
    "Pa": ("pascal", "pascals", "hkMG"),
    "bar": ("bar", "bars", "m"),
    "J": ("joule", "joules", "kMGm"),
    "N": ("newton", "newtons", "kM"),
    "Nm": ("newton meter", "newton meters", "k"),
    "Ω": ("ohm", "ohms", "kMGmµμ"),
    "F": ("farad", "farads", "mµμnp"),
    "H": ("henry", "henries", "mµμ"),
    "T": ("tesla", "tesla", "mµμ"),
    "K": ("kelvin", "kelvin", "mµμ"),
    "eV": ("electron volt", "electron volts", "kMGT"),
    "cal": ("calorie", "calories", "k"),
    "mol": ("mole", "moles", "mµμk"),
    "M": ("molar", "molar", "mµμn"),
    "Sv": ("sievert", "sieverts", "mµμ"),
    "Bq": ("becquerel", "becquerels", "kM"),
    "Gy": ("gray", "grays", "m"),
    "lm": ("lumen", "lumens", "k"),
    "lx": ("lux", "lux", "k"),
    "cd": ("candela", "candelas", ""),
    "t": ("ton", "tons", "kMG"),
    "B": ("byte", "bytes", "kKMGTP"),
    "b": ("bit", "bits", "kMG"),
    "bit": ("bit", "bits", "kMG"),
    "bps": ("bit per second", "bits per second", "kMGT"),
    "iB": ("bibyte", "bibytes", "KMGT"),
    "pc": ("parsec", "parsecs", "kM"),
}
_PREFIXES = {
    "P": "peta", "T": "tera", "G": "giga", "M": "mega", "k": "kilo", "K": "kilo", "h": "hecto", "d": "deci",
    "c": "centi",
    "m": "milli", "µ": "micro", "μ": "micro", "n": "nano", "p": "pico",
}  # fmt: skip
_BINARY = {"K": "ki", "M": "me", "G": "gi", "T": "te"}

# unit -> (one, many)
_ALONE = {
    "mph": ("mile per hour", "miles per hour"),
    "MPH": ("mile per hour", "miles per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "kmh": ("kilometer per hour", "kilometers per hour"),
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "mpg": ("mile per gallon", "miles per gallon"),
    "kn": ("knot", "knots"),
    "kt": ("knot", "knots"),
    "nmi": ("nautical mile", "nautical miles"),
    "ly": ("light year", "light years"),
    "AU": ("astronomical unit", "astronomical units"),
    "Å": ("angstrom", "angstroms"),
    "ha": ("hectare", "hectares"),
    "ac": ("acre", "acres"),
    "mcg": ("microgram", "micrograms"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "lbf": ("pound force", "pounds force"),
    "oz": ("ounce", "ounces"),
    "ft": ("foot", "feet"),
    "in.": ("inch", "inches"),
    "in": ("inch", "inches"),
    "yd": ("yard", "yards"),
    "yds": ("yard", "yards"),
    "mi": ("mile", "miles"),
    "gal": ("gallon", "gallons"),
    "qt": ("quart", "quarts"),
    "pt": ("point", "points"),
    "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"),
    "Tbsp": ("tablespoon", "tablespoons"),
    "fl oz": ("fluid ounce", "fluid ounces"),
    "fl. oz": ("fluid ounce", "fluid ounces"),
    "cc": ("cubic centimeter", "cubic centimeters"),
    "psi": ("pound per square inch", "pounds per square inch"),
    "atm": ("atmosphere", "atmospheres"),
    "mmHg": ("millimeter of mercury", "millimeters of mercury"),
    "hp": ("horsepower", "horsepower"),
    "ppm": ("part per million", "parts per million"),
    "ppb": ("part per billion", "parts per billion"),
    "px": ("pixel", "pixels"),
    "dpi": ("dot per inch", "dots per inch"),
    "MP": ("megapixel", "megapixels"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "wk": ("week", "weeks"),
    "wks": ("week", "weeks"),
    "mo": ("month", "months"),
    "mos": ("month", "months"),
    "yr": ("year", "years"),
    "yrs": ("year", "years"),
    "dB": ("decibel", "decibels"),
    "dBA": ("decibel A", "decibels A"),
    "fps": ("frame per second", "frames per second"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "bpm": ("beat per minute", "beats per minute"),
    "kcal": ("kilocalorie", "kilocalories"),
    "IU": ("international unit", "international units"),
    "doz": ("dozen", "dozen"),
    "N·m": ("newton meter", "newton meters"),
    "pc": ("piece", "pieces"),
    "pcs": ("piece", "pieces"),
    "pp": ("percentage point", "percentage points"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "° C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "° F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°K": ("kelvin", "kelvin"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
    "‰": ("per mille", "per mille"),
    "¢": ("cent", "cents"),
}
_AREAS = {"sq": "square", "sq.": "square", "cu": "cubic", "cu.": "cubic"}
# Read by the letters where no prefix stands before them, as they are much else.
_NEVER_ALONE = ("iB", "bps", "M", "F", "H", "T", "s", "b", "B", "pc")
_AREA_OF = ("ft", "in", "mi", "yd", "m", "km", "cm")


def _table() -> dict[str, tuple[str, str]]:
    table = dict(_ALONE)
    for base, (one, more, prefixes) in _BASES.items():
        for prefix in prefixes:
            names = _BINARY if base == "iB" else _PREFIXES
            said = tuple(
                (names[prefix] + form).replace("kiloohm", "kilohm").replace("megaohm", "megohm") for form in (one, more)
            )
            table[prefix + base] = said
        if base not in _NEVER_ALONE:
            table[base] = (one, more)
    for short, word in _AREAS.items():
        for unit in _AREA_OF:
            one, more = table[unit]
            table[f"{short} {unit}"] = (f"{word} {one}", f"{word} {more}")
    table["sqft"] = table["sq ft"]
    return table


UNITS = _table()
# Not so exact about capitals, where that can mean one thing only: 12KG, 5 mbps, 100KM.
LOOSE = {
    written: UNITS[unit]
    for unit in ("kg", "mg", "km", "cm", "mm", "ml", "lb", "lbs", "oz", "ft", "kWh", "kW", "Hz", "kHz", "MHz", "GHz",
    "Mbps",
        "Gbps", "kbps", "dB", "GB", "TB", "MB", "KB", "psi", "rpm", "fps", "bpm", "mAh", "kPa", "hPa", "kcal", "hr",
        "hrs", "yrs")
    for written in (unit.upper(), unit.lower(), unit.capitalize())
    if written not in UNITS
}  # fmt: skip
# One capital letter may be anything else: read as a unit where a number stands alone before it.
LETTERS = ("A", "N", "J", "K", "V", "W", "L")

# Behind a slash: "20 dollars/hr".
PER = {
    "s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour", "d": "day", "wk": "week", "mo": "month",
    "yr": "year", "gal": "gallon", "dL": "deciliter", "ml": "milliliter", "mL": "milliliter", "L": "liter",
    "l": "liter",
    "kg": "kilogram", "g": "gram", "mg": "milligram", "lb": "pound", "oz": "ounce", "km": "kilometer", "mi": "mile",
    "m": "meter", "cm": "centimeter", "mm": "millimeter", "in": "inch", "ft": "foot", "K": "kelvin", "mol": "mole",
    "sq ft": "square foot", "sq. ft": "square foot", "sq m": "square meter", "W": "watt", "V": "volt",
    "kWh": "kilowatt hour", "px": "pixel", "Hz": "hertz", "°C": "degree Celsius",
} | {
    word: word
    for word in word_set("second minute hour day week month year night person gallon liter pound mile unit page "
    "piece head user")
}  # fmt: skip
