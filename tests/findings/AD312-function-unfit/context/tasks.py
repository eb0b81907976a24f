def in_front(params, path):
    return [params, path]


def default(path="x", ds="2026-01-01"):
    return ds


def behind(path, params):
    return [params, path]


def by_name(*, params, path):
    return [params, path]


def none(path="x", ds=None):
    return ds
