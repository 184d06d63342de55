from .aligned import Aligned
def normalise(source, british=False): pass
