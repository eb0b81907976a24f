import os  # the functions cannot see it: each stands alone in its container


def numbers():
    print("not the output")
    return [1, 2, 3]


def parts():
    return {"left": "L", "right": [1, {"deep": None}]}


def join(left, right, rest):
    return [left, right, rest]


def describe(**given):
    return {name: [type(value).__name__, repr(value)] for name, value in given.items()}


def defaults(first=1, second=("a", {"b": [2]}), *, third, fourth=None):
    return [first, list(second), third, fourth]


def nothing():
    pass


def surroundings():
    import os

    return {"of_image": os.environ["OF_IMAGE"], "given": os.environ["GIVEN"], "folder": os.getcwd(), "user": os.getuid()}


def write():
    with open("/out/function.txt", "w") as file:
        file.write("from a function")


def fail(why):
    raise ValueError(why)
