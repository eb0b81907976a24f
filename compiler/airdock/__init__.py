"""airdock: one airdock.toml for an Airflow stack on Docker Compose and its DAGs."""

__version__ = "0.1.0"
