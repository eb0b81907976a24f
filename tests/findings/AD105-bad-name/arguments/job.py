def load(**values):
    return 1
