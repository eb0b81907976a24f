"""`python -m airdock`."""

from airdock.start import run

if __name__ == "__main__":
    run()
