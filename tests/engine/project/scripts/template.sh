word='{{ params.word | replace("'", "") }}'
echo "$word|{% if params.word %}yes{% endif %}"