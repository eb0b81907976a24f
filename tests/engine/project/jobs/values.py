def table():
    return {"left": "l", "right": "r'i\"g$ht"}


def digests(names):
    import hashlib
    import os

    return {name: hashlib.sha256(os.environ[name].encode()).hexdigest() for name in names}


def digest_of(name):
    import hashlib
    import os

    return hashlib.sha256(os.environ[name].encode()).hexdigest()
