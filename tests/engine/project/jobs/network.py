def ask():
    from urllib.request import urlopen

    with urlopen("http://answer:8000/answer.txt", timeout=10) as page:
        return page.read().decode()
