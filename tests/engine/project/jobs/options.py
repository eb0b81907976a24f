def wait():
    import os
    import socket
    import time

    end = time.monotonic() + 60
    while not os.path.exists("/sync/" + socket.gethostname()) and time.monotonic() < end:
        time.sleep(0.1)
    for path in ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max"):
        if os.path.exists(path):
            with open(path) as file:
                return int(file.read())
