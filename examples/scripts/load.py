"""Load a CSV file of orders into the table `orders` of the database that DATABASE_URL names."""

import csv
import os
import sys

import psycopg

with open(sys.argv[1], newline="") as file:
    orders = [(int(order["id"]), int(order["amount"])) for order in csv.DictReader(file)]

# Airflow writes postgres://…, with the connection's fields in their places.
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS orders (id integer PRIMARY KEY, amount integer)")
    connection.cursor().executemany(
        "INSERT INTO orders VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount", orders
    )
print(f"loaded {len(orders)} orders")
