def load(url):
    return url
