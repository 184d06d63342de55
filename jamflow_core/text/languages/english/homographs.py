def choose_senses(tokens, british):
    pass
