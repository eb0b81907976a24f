exec python3 -c '
import hashlib, json, os
print(json.dumps({name: hashlib.sha256(value.encode()).hexdigest() for name, value in os.environ.items()}))
'
