# Until the test has looked at this container from outside.
n=0
while [ ! -e "/sync/$(hostname)" ] && [ $n -lt 600 ]; do n=$((n + 1)); sleep 0.1; done
[ $n -lt 600 ] && echo seen
