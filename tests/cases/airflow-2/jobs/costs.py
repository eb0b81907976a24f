def run(sales, limit):
    return float(sales) * int(limit)
