import json


def by_name(*, path, limit):
    return [path, limit]


def any_name(path, **options):
    return [path, options]


def context(ds, params=None):
    return ds


def alone(depth=0, scale=len("abc")):
    """Say it all.

    # A heading, which is no comment
    """
    import json

    row: Row = {"depth": depth}
    global seen
    seen = {"none"}

    class Box:
        size = 2
        area = size * scale

        def grow(self):
            return [alone(depth + 1) for _ in range(self.size) if depth < 1]

    def generate():
        yield from (each for each in seen if (found := each))

    try:
        json.loads("")
    except ValueError as error:
        row["error"] = str(error)
    match row:
        case {"depth": number, **others}:
            row |= {"number": number, "others": others}
    del number
    return [row, Box().grow(), list(generate()), __name__]


def strings():
    # Only real comments are dropped on the way.
    script = """
#!/bin/sh
# a comment of the script
"""
    return [script, f"""
    # {len(script)}
    """]
