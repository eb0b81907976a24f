import json as j
from datetime import date, timedelta

LIMIT = 100


def load(path, limit=10):
    return [path, limit]


def fetch():
    return 1


def by_position(a, /):
    return a


def context(path, ds, ti):
    return [path, ds, ti]


def helper(rows):
    return rows


def outside(n=LIMIT):
    day = date.today()
    return j.dumps([helper(n), [str(day) for _ in range(LIMIT)]])


def typo(rows):
    return lenght(rows)


def generator():
    for number in range(3):
        yield number


def raw():
    return r"""
        \d+
        # one or more
    """
