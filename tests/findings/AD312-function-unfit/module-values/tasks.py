import os.path as path, sys
from collections import deque, OrderedDict as Table

LIMIT = 100
first, (second, *third) = 1, (2, 3)
for row in range(3):
    pass
with open(__file__) as source:
    pass


class Box:
    size = LIMIT


async def later():
    return LIMIT


def limit(box: Box, *, other: "Box" = None):
    rows = [row for row in third]
    return [LIMIT, first, second, rows, row, source, path.sep, sys.path, deque(), Table(), Box, later, limit]


def position(a, b, /):
    return a + b
