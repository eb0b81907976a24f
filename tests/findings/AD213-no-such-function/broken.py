def load():
    return 1


def broken(:
    return 1
