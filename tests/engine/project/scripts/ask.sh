exec python3 -c '
import os
from urllib.request import urlopen
try:
    with urlopen("http://" + os.environ.get("HOST", "answer") + ":8000/answer.txt", timeout=10) as page:
        print(page.read().decode().strip())
except OSError as error:
    print("not reached")
'
