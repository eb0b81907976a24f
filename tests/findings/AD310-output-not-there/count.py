def count(rows=None):
    return {"rows": rows}
