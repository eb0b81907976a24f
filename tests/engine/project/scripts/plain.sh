# {{ no.template }} {% raw %} {# nor this #}
echo 'keeps {{ braces }} and {% percent %} {# too #} {% endraw %} \n $HOME'
echo "é" | cat
