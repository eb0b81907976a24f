import sys
from functools import cache


def load():
    def nested():
        return 1

    return nested()


class Loader:
    def run(self):
        return 1


@cache
def cached():
    return 1


async def later():
    return 1


short = lambda: 1

if sys.platform == "linux":

    def sometimes():
        return 1
