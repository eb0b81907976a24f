names="$*"
echo "${#names} letters, {{ not Jinja"
