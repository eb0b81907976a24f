def length(text: str) -> int:
    return len(text)
