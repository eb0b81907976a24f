def parts():
    return {"some 'key'": 1}
