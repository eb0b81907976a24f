def texts():
    sql = """
select *   -- all of it

from orders
  # indented, and no comment
# at the left, and no comment
where name = 'x'   
   
order by 1
"""
    raw = r"""\d+
 \n stays # as it is
"""
    folded = "one \
# two \
three"
    formatted = f"""
# {len(sql)} letters
	{{x}} {'#' * 3}
"""
    data = b"""
# bytes \x00
"""
    odd = "form feed \f and separator \u2028 escaped"
    ends = """first
# last"""
    joined = ("a # b"
              """
# c
""" "d")
    return [sql, raw, folded, formatted, data.hex(), odd, ends, joined, texts.__doc__]
