def days():
    return ["a", "b"]


def load(folder, day, part, name):
    return f"{folder} {day} {part} {name}"


def show(name):
    print(name)
