from __future__ import annotations

from datetime import datetime, timedelta

from airflow.decorators import dag, task


@dag(schedule=timedelta(hours=6), start_date=datetime(2024, 1, 1), catchup=True)
def decorated():
    @task.docker(image="python:3.12-slim", multiple_outputs=False, retries=1)
    def make(count: int, word: str = "x"):
        return [word] * count

    @task.docker(image="python:3.12-slim")
    def use(words):
        return len(words)

    made = make(3, word="y")
    use(made)


decorated()
