from pandas import DataFrame


def annotated() -> DataFrame:
    from pandas import DataFrame

    return DataFrame()


def quoted() -> "DataFrame":
    from pandas import DataFrame

    rows: Rows = 1
    return DataFrame([rows])


def default(ds="x"):
    return ds
