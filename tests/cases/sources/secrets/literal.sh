echo "{{ not a template }}" ${#x} {% no %}
