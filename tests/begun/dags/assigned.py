import pendulum
from airflow.models.dag import DAG
from airflow.providers.docker.operators import docker as ops
from airflow.providers.docker.operators.docker import DockerOperator as Run
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.utils.task_group import TaskGroup
from airflow.utils.trigger_rule import TriggerRule

dag = DAG(
    dag_id="assigned-one",
    schedule=None,
    start_date=pendulum.datetime(2024, 5, 6, 7, 30, tz="Europe/Paris"),
    params={"day": "2024-01-01"},
    doc_md="# Doc\n\nof it",
)
begin = EmptyOperator(task_id="begin", dag=dag)
with dag:
    with TaskGroup("inner", tooltip="what is inside") as inner:
        one = Run(task_id="one", image="python:3.12-slim", command="python -c 'print(1)'")
        with TaskGroup(group_id="deeper"):
            two = ops.DockerOperator(task_id="two", image="python:3.12-slim", force_pull=True)
        one >> two
    begin >> inner
last = BashOperator(task_id="last", bash_command="echo {{ params.day }}", trigger_rule=TriggerRule.ALL_DONE, dag=dag)
last << [inner]
