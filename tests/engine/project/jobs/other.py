def numbers():
    return ["of another file"]
