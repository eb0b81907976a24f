from datetime import date


def helper():
    return date.today()


def run(limit, ratio=1.0, names=(), options=None, day=None):
    # A comment, a continued line, a nested function and text in several lines survive.
    def scaled(value):
        return value * \
            ratio

    query = """
select *
  from sales  -- {{ not a template }}
"""
    return {"total": scaled(limit), "query": query, "names": list(names), "day": day}
