#!/bin/sh
# Write the day's report beside the orders.
set -eu

total=$(tail -n +2 /data/clean.csv | tr -d '\r' | awk -F, '{ sum += $2 } END { print sum + 0 }')
echo "$ROWS orders, $total $CURRENCY" > /data/report.txt
cat /data/report.txt
