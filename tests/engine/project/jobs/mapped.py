def commands():
    return [["echo", "a b"], ["printf", "%s", "c.sh"]]


def environments():
    return [{"A": "x"}, {"A": "y z"}]


def letters():
    return ["p", "q"]


def show(folder, day, number, words, value):
    return [folder, day, number, list(words), value]


def product(number, letter):
    return letter * number


def gather(products, texts):
    return [sorted(products), sorted(texts)]


def deep(table, number, numbers):
    return [table, number, numbers]


def letters_of(text):
    return text.upper()
