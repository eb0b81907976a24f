printf '{% endraw %}\r{{'
