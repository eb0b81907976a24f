"""A function with everything that a copy of its source could get wrong."""

from __future__ import annotations


def shapes(
    start: int = 1,  # a comment behind a default
    # a comment of its own
    names: "list[str]" = ["é", '#', "{{ x }}"],
    *,
    table: dict[str, NotImported | None] = {"a": None},
) -> "OtherNotImported":
    # First, imports.
    import dataclasses
    import re as expressions
    from functools import partial, wraps

    def twice(function):
        @wraps(function)
        def inner(*args, **kwargs):
# a comment at the very left
            return function(*args, **kwargs) * 2
            # a comment at the end of a block

        return inner

    @twice
    def named(text: str, /, times: int = 2) -> str:
        """A docstring of a nested function."""
        return text * times

    @dataclasses.dataclass(frozen=True)
    class Point:
        """A class inside."""

        x: int
        y: int = 2
        others: list[Point] = dataclasses.field(default_factory=list)

        # a comment in a class
        @property
        def total(self) -> int:
            return self.x + self.y + \
                sum(point.total for point in self.others)

        def __matmul__(self, other: Point) -> int: return self.x * other.x

    def fibonacci():
        a, b = 0, 1
        while True:
            yield a
            a, b = b, a + b

    def counter():
        count = start

        def more():
            nonlocal count
            count += 1
            return count

        return more

    class Manager:
        def __enter__(self): return self
        def __exit__(self, *exc): return True

    more = counter()
    with Manager():
        raise RuntimeError("kept inside")
    try:
        1 / 0
    except ZeroDivisionError as error:
        caught = str(error)
    else:
        caught = None
    finally:
        more()
    if (found := expressions.match(r"(\w+)\s#(?P<n>\d+)", "word #12")) is not None: number = found["n"]
    long = 1 + 2 + \
        3 + (
            # a comment in brackets
            4
        )
    generated = fibonacci()
    first = [next(generated) for _ in range(8)]
    matrix = {key: [row[::-1] for row in value if row] for key, value in {"k": [[1, 2], [], [3]]}.items()}
    shift = lambda value, by=3: value + by; twice_shift = partial(shift, by=6)
    total = sum(x if x % 2 else -x
                for x in range(10))
    assert total != 0, f"{total!r:>{10}}"
    def one_line(a, *, b=2): return a, b
    global_free = [*names, *(str(n) for n in first[:2])]
    return {
        "named": named("ab", times=1),
        "point": [Point(1).total, Point(1, 2, [Point(3), Point(4, 5)]).total, Point(2) @ Point(3), repr(Point(9))],
        "caught": caught, "number": number, "long": long, "first": first, "matrix": matrix,
        "shift": [shift(1), twice_shift(1)], "total": total, "more": more(), "one": list(one_line(1)),
        "names": global_free, "table": sorted(table), "start": start,
        "annotation": sorted(shapes.__annotations__) if callable(shapes) else None,
    }


def documented(value=1):
    """Doubles.

    # A heading

        # indented
    """
    return value * 2


after_it = "not part of the function"
