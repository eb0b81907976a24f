"""Functions that run in containers: each is copied into the DAG module, so it imports what it needs itself."""


def clean(source: str, target: str) -> int:
    """Copy the orders whose amount is positive, and return how many there are."""
    import csv

    with open(source, newline="") as file:
        orders = [order for order in csv.DictReader(file) if int(order["amount"]) > 0]
    with open(target, "w", newline="") as file:
        table = csv.DictWriter(file, fieldnames=["id", "amount"])
        table.writeheader()
        table.writerows(orders)
    return len(orders)
