#!/bin/sh
echo "$NOTE, $LENGTH" > /out/read.txt
