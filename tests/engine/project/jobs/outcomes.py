def sleep():
    import time

    time.sleep(600)
