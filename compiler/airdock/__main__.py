"""`python -m airdock`."""

from airdock.cli import run

if __name__ == "__main__":
    run()
