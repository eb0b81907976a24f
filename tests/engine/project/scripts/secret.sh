printf '%s %s' "$N" "$(printf %s "$FROM_FIRST" | sha256sum | cut -c1-64)"
