def load():
    return r"""a
   
b"""
