#!/bin/sh
load --day {{ ds }}
echo "é: ${#1}"
