def points(value):
    return int(value) * 10


def level(value, *, since):
    return "gold"
