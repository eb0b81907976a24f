"""Reading: airdock.toml and the files it includes, and the places of everything in them."""
