def name_readings(tokens, british):
    pass
