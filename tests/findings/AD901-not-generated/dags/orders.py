# A DAG that somebody wrote.
