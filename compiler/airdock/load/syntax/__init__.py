"""Why a text is not TOML: in plain words, and at the place where a person would look."""
