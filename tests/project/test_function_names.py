"""Which names a function takes from outside, and where: as Python's compiler sees it."""

from __future__ import annotations

import ast
import textwrap

import pytest

from airdock.project.function_names import Spot, bindings, definition, outer_names, parsed, spot_of, yields


def names(body: str, header: str = "def work():", *, annotations: bool = False) -> list[str]:
    """Return the outer names of a function."""
    source = header + "\n" + textwrap.indent(textwrap.dedent(body), "    ") + "\n"
    return [name for name, _ in outer_names(source, annotations=annotations)]


@pytest.mark.parametrize(
    "body",
    [
        "import a.b, c as d\nfrom e import f\nreturn [a, d, f]",
        "x = 1\nx += 1\nreturn x",
        "return [a for a in range(3) if a]",
        "return {a: b for a, b in zip([1], [2])}",
        "return [y for x in [1] if (y := x)]",
        "return (lambda a, *b, c=1, **d: [a, b, c, d])(1)",
        "def inner(a, b=1): return a + b + outer\nouter = 1\nreturn inner(1)",
        "class A:\n    b = 1\n    c = b\n    def d(self): return super().__repr__() + str(__class__)\nreturn A().d()",
        "class A(list):\n    pass\nreturn A",
        "try:\n    pass\nexcept ValueError as error:\n    print(error)",
        "for a, (b, *c) in []:\n    print(a, b, c)",
        "with open('x') as a, a as (b, c):\n    print(b, c)",
        "match 1:\n    case [a, *b] | {'x': a, **b}: print(a, b)\n    case int(c): print(c)\n    case _ as d: print(d)",
        "global a\na = 1\ndef inner(): return a\nreturn inner()",
        "def inner():\n    nonlocal a\n    a = 1\na = 0\nreturn a",
        "x: Missing = 1\ny: Missing\nreturn x",
        "def inner(a: Missing) -> Missing: return a\nreturn inner",
        "if False:\n    missing()\nif __debug__:\n    pass\nreturn __name__, __file__, __doc__",
        "return work()",
        "async def inner():\n    async with a() as b: return [c async for c in b]\ndef a(): ...\nreturn inner",
        "x = 1\ndel x\nassert True",
        "raise ExceptionGroup('x', [])",
    ],
)
def test_name_from_inside_is_none(body: str) -> None:
    assert names(body) == []


@pytest.mark.parametrize(
    ("body", "outer"),
    [
        ("return pd.DataFrame(rows)", ["pd", "rows"]),
        ("return [a for _ in LIMITS]", ["a", "LIMITS"]),
        ("return [_ for _ in A for b in B]", ["A", "B"]),
        ("class A(Base):\n    b = c", ["Base", "c"]),
        ("class A:\n    b = 1\n    def c(self): return b", ["b"]),
        ("def inner(a=D): return a\nreturn inner", ["D"]),
        ("@cache\ndef inner(): return 1\nreturn inner", ["cache"]),
        ("try:\n    pass\nexcept Mine:\n    pass", ["Mine"]),
        ("match 1:\n    case Mine(a): print(a)\n    case colours.RED: pass", ["Mine", "colours"]),
        ("return f'{a!r:>{b}}'", ["a", "b"]),
        ("return lambda: a", ["a"]),
        ("print(a)\nprint(a)\ndel b[0]\nc[1] = 2\nd.e = 3", ["a", "b", "c", "d"]),
        ("global a\nprint(a)", ["a"]),
        ("x = 1\ndef inner():\n    x = y\n    return x", ["y"]),
    ],
)
def test_name_from_outside_is_found(body: str, outer: list[str]) -> None:
    assert names(body) == outer


def test_private_name_in_a_class_is_looked_for_under_the_name_that_python_makes_of_it() -> None:
    source = "def work():\n    class A:\n        def b(self):\n            return __c\n    return A\n"
    assert outer_names(source, annotations=False) == [("_A__c", Spot(4, 1, 1))]


def test_header_is_evaluated_outside() -> None:
    header = "def work(a=A, *b, c: T = C, **d) -> R:"
    assert names("return a", header) == ["A", "C"]
    assert sorted(names("return a", header, annotations=True)) == ["A", "C", "R", "T"]
    assert names("def inner(a: T): ...", annotations=True) == ["T"]


def test_place_is_that_of_the_first_use() -> None:
    source = "def work(x):\n    é = '日'; x = [\n        x,\n        LIMIT,\n    ]\n    return LIMIT + é日(x)\n"
    assert outer_names(source, annotations=False) == [("LIMIT", Spot(4, 9, 5)), ("é日", Spot(6, 20, 2))]


def test_name_that_is_local_elsewhere_is_placed_where_it_is_not() -> None:
    source = "def work():\n    def inner(a):\n        return a\n    return inner(\n        a)\n"
    assert outer_names(source, annotations=False) == [("a", Spot(5, 9, 1))]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("    yield 1\n", 2),
        ("    if 1:\n        x = [(yield)]\n", 3),
        ("    yield from []\n", 2),
        ("    return (x for x in [])\n", None),
        ("    def inner():\n        yield 1\n    return list(inner())\n", None),
        ("    return lambda: (yield)\n", None),
        ("    class A:\n        def b(self): yield 1\n", None),
    ],
)
def test_generator_is_known_by_its_own_yield(body: str, line: int | None) -> None:
    found = yields(definition("def work():\n" + body))
    assert (found and spot_of("def work():\n" + body, found, 5).line) == line


def test_bindings_are_those_of_the_file() -> None:
    tree = parsed(
        "import a.b, c as d\nfrom e import f as g\nH: int = 1\n(i, [*j]) = k = 1, [2]\ndef l(): m = 1\nclass n: o = 1\n"
        "if 1:\n    p = 1\ntry:\n    q = 1\nexcept ValueError:\n    r = 1\nelse:\n    s = 1\nt += 1\n"
        "match 1:\n    case 1:\n        v = 1\nfor w, x in []: pass\nwith open('') as y: pass\n"
    )
    assert set(bindings(tree)) == {*"adgijklnpqrstvwxy", "H"}
    assert isinstance(bindings(tree)["l"], ast.FunctionDef)
