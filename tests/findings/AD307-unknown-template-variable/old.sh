echo '{{ execution_date }}'
