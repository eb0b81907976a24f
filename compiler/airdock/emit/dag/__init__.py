"""DAG modules: readable Python that imports Airflow and nothing of airdock."""
