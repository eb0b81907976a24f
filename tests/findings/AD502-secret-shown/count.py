def count(token, key):
    return len(token + key)
